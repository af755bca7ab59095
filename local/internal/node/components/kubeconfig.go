package components

import (
	"fmt"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// AdminUser is the name of the cluster administrator.
const AdminUser = "modelferry-admin"

// Kubeconfig returns a kubeconfig for a user with a bearer token. server is the URL of the API server.
func (s NodeConfig) Kubeconfig(server, user, token string, ca []byte) ([]byte, error) {
	config := api.NewConfig()
	config.Clusters[s.NodeName()] = &api.Cluster{Server: server, CertificateAuthorityData: ca}
	config.AuthInfos[user] = &api.AuthInfo{Token: token}
	config.Contexts[s.NodeName()] = &api.Context{Cluster: s.NodeName(), AuthInfo: user}
	config.CurrentContext = s.NodeName()
	document, err := clientcmd.Write(*config)
	if err != nil {
		return nil, fmt.Errorf("kubeconfig of %s: %w", user, err)
	}
	return document, nil
}
