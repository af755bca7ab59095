package components

// EtcdURL is etcd's client URL. It is on the node's loopback interface, which pods cannot reach, so it needs no TLS.
const EtcdURL = "http://127.0.0.1:2379"

const etcdPeerURL = "http://127.0.0.1:2380"

// Etcd returns the etcd process.
func (c NodeConfig) Etcd() Process {
	return kubeProcess("etcd", 96,
		"--data-dir="+StackDir+"/data/etcd",
		"--listen-client-urls="+EtcdURL,
		"--advertise-client-urls="+EtcdURL,
		"--listen-peer-urls="+etcdPeerURL,
		"--initial-advertise-peer-urls="+etcdPeerURL,
		"--initial-cluster=default="+etcdPeerURL,
		// Without fsync, the data survive a crash of the process, but not of the machine. The local cloud does not
		// survive that anyway.
		"--unsafe-no-fsync",
		"--log-level=warn",
	)
}
