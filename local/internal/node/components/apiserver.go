package components

import "fmt"

// APIServer is the cluster's API. Its token issuer is its own URL, so that a token names a place where its
// keys can be read, as with GKE's and EKS's issuers.
func (s NodeConfig) APIServer() Process {
	node := s.Range.NodeIP().String()
	return kubeProcess("kube-apiserver", 384,
		"--bind-address="+node,
		"--advertise-address="+node,
		fmt.Sprintf("--secure-port=%d", APIPort),
		"--etcd-servers="+EtcdURL,
		"--service-cluster-ip-range="+s.Range.ServiceCIDR().String(),
		"--tls-cert-file="+PKIDir+"/kube-apiserver.crt",
		"--tls-private-key-file="+PKIDir+"/kube-apiserver.key",
		"--client-ca-file="+PKIDir+"/ca.crt",
		"--token-auth-file="+PKIDir+"/tokens.csv",
		"--kubelet-client-certificate="+PKIDir+"/kubelet-client.crt",
		"--kubelet-client-key="+PKIDir+"/kubelet-client.key",
		"--kubelet-preferred-address-types=InternalIP",
		"--service-account-issuer="+s.APIServerURL(),
		"--service-account-jwks-uri="+s.JWKSURL(),
		"--service-account-signing-key-file="+PKIDir+"/service-account.key",
		"--service-account-key-file="+PKIDir+"/service-account.key",
		"--authorization-mode=Node,RBAC",
		"--enable-admission-plugins=NodeRestriction",
		// As on GKE and EKS: what refuses a privileged pod is its namespace's label, and nothing else.
		"--allow-privileged=true",
		// One user's cluster needs no fair queues, which cost start-up time and memory.
		"--enable-priority-and-fairness=false",
		"--event-ttl=30m",
		"--profiling=false",
	)
}
