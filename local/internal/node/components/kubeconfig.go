package components

import (
	"fmt"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// AdminUser is the name of the cluster administrator.
const AdminUser = "modelferry-admin"

// Kubeconfig returns a kubeconfig for a user with a bearer token. server is the URL of the API server.
func (c NodeConfig) Kubeconfig(server, user, token string, ca []byte) ([]byte, error) {
	config := api.NewConfig()
	config.Clusters[c.NodeName()] = &api.Cluster{Server: server, CertificateAuthorityData: ca}
	config.AuthInfos[user] = &api.AuthInfo{Token: token}
	config.Contexts[c.NodeName()] = &api.Context{Cluster: c.NodeName(), AuthInfo: user}
	config.CurrentContext = c.NodeName()
	document, err := clientcmd.Write(*config)
	if err != nil {
		return nil, fmt.Errorf("kubeconfig of %s: %w", user, err)
	}
	return document, nil
}
