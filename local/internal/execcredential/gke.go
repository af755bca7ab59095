package execcredential

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/modelferry/modelferry/local/internal/node/nodeinfo"
)

// GKE implements gke-gcloud-auth-plugin. It identifies the cluster by the server in KUBERNETES_EXEC_INFO,
// which client-go sets if the kubeconfig has provideClusterInfo. dir is the stack's folder, empty if none
// is set.
func GKE(out io.Writer, dir string) error {
	if dir == "" {
		return errors.New(noCloud)
	}
	node, err := nodeinfo.Read(filepath.Join(dir, "node.json"))
	if err != nil {
		return fmt.Errorf("%w: start it with `make up STACK=%s`", err, filepath.Base(dir))
	}
	asked, err := execInfo()
	if err != nil {
		return fmt.Errorf("%s: %w", infoVar, err)
	}
	if asked == nil || asked.Spec.Cluster == nil {
		return fmt.Errorf("%s names no cluster: set provideClusterInfo in the kubeconfig's exec section", infoVar)
	}
	cluster := asked.Spec.Cluster
	if cluster.Server != node.APIServerURL || !bytes.Equal(cluster.CertificateAuthorityData, node.CAData) {
		return fmt.Errorf("%s is not the local cloud's cluster %s, or has another certificate authority: there is no token for it",
			cluster.Server, node.APIServerURL)
	}
	return writeToken(out, dir)
}

const noCloud = "this is modelferry's stand-in for the local cloud, and MODELFERRY_STACK_DIR names none: " +
	"evaluate `make env`, or take .local/standin off PATH"
