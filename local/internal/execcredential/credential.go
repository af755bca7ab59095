// Package execcredential answers for the commands with which a kubeconfig gets its token on the real clouds:
// gke-gcloud-auth-plugin, and aws eks get-token. They answer for the local cluster only, so that a kubeconfig
// of any other cluster fails instead of being sent a token that is not for it.
package execcredential

import (
	"encoding/json"
	"io"
	"os"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/pkg/apis/clientauthentication/v1beta1"

	"github.com/modelferry/modelferry/local/internal/secrets"
)

// infoVar is where client-go puts what it knows of the cluster, when the kubeconfig asks for that.
const infoVar = "KUBERNETES_EXEC_INFO"

// apiVersion of what client-go and these commands say to one another.
const apiVersion = "client.authentication.k8s.io/v1beta1"

// writeToken answers with the administrator's token of a stack's cluster.
func writeToken(out io.Writer, dir string) error {
	token, err := secrets.ReadAdminToken(dir)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(v1beta1.ExecCredential{
		TypeMeta: metav1.TypeMeta{APIVersion: apiVersion, Kind: "ExecCredential"},
		Status:   &v1beta1.ExecCredentialStatus{Token: token},
	})
}

// execInfo reads what client-go says of the cluster; nil when it says nothing.
func execInfo() (*v1beta1.ExecCredential, error) {
	content := os.Getenv(infoVar)
	if content == "" {
		return nil, nil
	}
	info := &v1beta1.ExecCredential{}
	if err := json.Unmarshal([]byte(content), info); err != nil {
		return nil, err
	}
	return info, nil
}
