// Package execcredential replaces the token commands of kubeconfigs: gke-gcloud-auth-plugin, and aws eks get-token.
// They return a token for the local cluster only. For any other cluster they fail, because its server must not get the
// token.
package execcredential

import (
	"encoding/json"
	"errors"
	"io"
	"os"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/pkg/apis/clientauthentication/v1beta1"
)

// infoVar is the environment variable in which client-go passes the cluster, if the kubeconfig sets provideClusterInfo.
const infoVar = "KUBERNETES_EXEC_INFO"

// errNoStackDir means that the command does not know its local cloud.
var errNoStackDir = errors.New("MODELFERRY_STACK_DIR is not set, so this token command of the local cloud has no cluster: " +
	"run `eval \"$(make -s env)\"`, or remove .local/credential-plugins from PATH")

// apiVersion is the version of the exec credential API.
const apiVersion = "client.authentication.k8s.io/v1beta1"

// writeToken writes a token for a stack's cluster.
func writeToken(out io.Writer, token string) error {
	return json.NewEncoder(out).Encode(v1beta1.ExecCredential{
		TypeMeta: metav1.TypeMeta{APIVersion: apiVersion, Kind: "ExecCredential"},
		Status:   &v1beta1.ExecCredentialStatus{Token: token},
	})
}

// execInfo returns the ExecCredential that client-go passed, or nil if it passed none.
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
