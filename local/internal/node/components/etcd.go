package components

// EtcdURL is where etcd answers: on the node's own loopback, which no pod shares, so it needs no keys.
const EtcdURL = "http://127.0.0.1:2379"

const etcdPeerURL = "http://127.0.0.1:2380"

// Etcd is the cluster's database.
func (s NodeConfig) Etcd() Process {
	return kubeProcess("etcd", 96,
		"--data-dir="+StackDir+"/data/etcd",
		"--listen-client-urls="+EtcdURL,
		"--advertise-client-urls="+EtcdURL,
		"--listen-peer-urls="+etcdPeerURL,
		"--initial-advertise-peer-urls="+etcdPeerURL,
		"--initial-cluster=default="+etcdPeerURL,
		// What is written survives the end of the process without fsync; only a crash of the machine loses
		// it, and that ends a local cloud anyhow.
		"--unsafe-no-fsync",
		"--log-level=warn",
	)
}
