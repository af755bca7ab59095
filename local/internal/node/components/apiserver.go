package components

import "fmt"

// APIServer returns the kube-apiserver process. Its service account issuer is its own URL, so that the keys can be
// found from the issuer in a token, as on GKE and EKS.
func (c NodeConfig) APIServer() Process {
	node := c.Range.NodeIP().String()
	process := kubeProcess("kube-apiserver", 384,
		"--bind-address="+node,
		"--advertise-address="+node,
		fmt.Sprintf("--secure-port=%d", APIPort),
		"--etcd-servers="+EtcdURL,
		"--service-cluster-ip-range="+c.Range.ServiceCIDR().String(),
		"--tls-cert-file="+PKIDir+"/kube-apiserver.crt",
		"--tls-private-key-file="+PKIDir+"/kube-apiserver.key",
		"--client-ca-file="+PKIDir+"/ca.crt",
		"--token-auth-file="+PKIDir+"/tokens.csv",
		"--kubelet-client-certificate="+PKIDir+"/kubelet-client.crt",
		"--kubelet-client-key="+PKIDir+"/kubelet-client.key",
		"--kubelet-certificate-authority="+PKIDir+"/ca.crt",
		"--kubelet-preferred-address-types=InternalIP",
		// The aggregation layer, which forwards the metrics API to metrics-server.
		"--requestheader-client-ca-file="+FrontProxyDir+"/ca.crt",
		"--requestheader-allowed-names="+FrontProxyUser,
		"--requestheader-username-headers=X-Remote-User",
		"--requestheader-group-headers=X-Remote-Group",
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--proxy-client-cert-file="+FrontProxyDir+"/"+FrontProxyUser+".crt",
		"--proxy-client-key-file="+FrontProxyDir+"/"+FrontProxyUser+".key",
		"--service-account-issuer="+c.APIServerURL(),
		"--service-account-jwks-uri="+c.JWKSURL(),
		"--service-account-signing-key-file="+PKIDir+"/service-account.key",
		"--service-account-key-file="+PKIDir+"/service-account.key",
		"--authorization-mode=Node,RBAC",
		"--enable-admission-plugins=NodeRestriction",
		// As on GKE and EKS, where only the Pod Security label of a namespace forbids privileged pods.
		"--allow-privileged=true",
		// A single user does not need it, and it costs start-up time and memory.
		"--enable-priority-and-fairness=false",
		"--event-ttl=30m",
		"--profiling=false",
	)
	if c.AuthenticationWebhookURL() != "" {
		process.Command = append(process.Command,
			"--authentication-token-webhook-config-file="+ConfigDir+"/"+AuthenticationWebhookConfig,
			"--authentication-token-webhook-version=v1",
			// A changed access entry takes effect right after the propagation delay.
			"--authentication-token-webhook-cache-ttl=1s",
		)
	}
	return process
}
