package execcredential

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"

	"github.com/modelferry/modelferry/local/internal/node/nodeinfo"
	"github.com/modelferry/modelferry/local/internal/secrets"
)

// GKE implements gke-gcloud-auth-plugin. dir is the stack's folder, empty if it is not known. GKE identifies the
// cluster by the server in KUBERNETES_EXEC_INFO, which client-go sets if the kubeconfig has provideClusterInfo.
func GKE(out io.Writer, dir string) error {
	if dir == "" {
		return errNoStackDir
	}
	node, err := nodeinfo.Read(filepath.Join(dir, "node.json"))
	if err != nil {
		return fmt.Errorf("%w: start it with `make up STACK=%s`", err, filepath.Base(dir))
	}
	info, err := execInfo()
	if err != nil {
		return fmt.Errorf("%s: %w", infoVar, err)
	}
	if info == nil || info.Spec.Cluster == nil {
		return fmt.Errorf("%s has no cluster: set provideClusterInfo in the kubeconfig's exec section", infoVar)
	}
	cluster := info.Spec.Cluster
	if cluster.Server != node.APIServerURL || !bytes.Equal(cluster.CertificateAuthorityData, node.CAData) {
		return fmt.Errorf("%s is not the local cloud's cluster %s, or has another certificate authority: there is no token for it",
			cluster.Server, node.APIServerURL)
	}
	token, err := secrets.ReadAdminToken(dir)
	if err != nil {
		return err
	}
	return writeToken(out, token)
}
