package components

import "fmt"

// APIServer returns the kube-apiserver process. Its service account issuer is its own URL, so that the
// issuer in a token leads to the keys, as on GKE and EKS.
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
		// As on GKE and EKS: only the label of a namespace refuses privileged pods.
		"--allow-privileged=true",
		// Fairness costs start-up time and memory, and a single user does not need it.
		"--enable-priority-and-fairness=false",
		"--event-ttl=30m",
		"--profiling=false",
	)
}
