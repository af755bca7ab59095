package components

// EtcdURL is on the node's loopback interface, which no pod shares, so it needs no TLS.
const EtcdURL = "http://127.0.0.1:2379"

const etcdPeerURL = "http://127.0.0.1:2380"

// Etcd returns the etcd process.
func (s NodeConfig) Etcd() Process {
	return kubeProcess("etcd", 96,
		"--data-dir="+StackDir+"/data/etcd",
		"--listen-client-urls="+EtcdURL,
		"--advertise-client-urls="+EtcdURL,
		"--listen-peer-urls="+etcdPeerURL,
		"--initial-advertise-peer-urls="+etcdPeerURL,
		"--initial-cluster=default="+etcdPeerURL,
		// Without fsync, data survive the end of the process but not a crash of the machine, which ends the
		// local cloud anyway.
		"--unsafe-no-fsync",
		"--log-level=warn",
	)
}
