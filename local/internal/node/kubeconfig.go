package node

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/modelferry/modelferry/local/internal/node/components"
	"github.com/modelferry/modelferry/local/internal/paths"
)

// writeKubeconfig writes the administrator's kubeconfig of a running node, and a copy of it as the kubeconfig of the
// stack that was started last.
func writeKubeconfig(layout paths.Layout, i Info) error {
	token, err := os.ReadFile(layout.Secret("admin.token"))
	if err != nil {
		return fmt.Errorf("cluster's admin token: %w", err)
	}
	node := components.NodeConfig{Stack: layout.Stack}
	content, err := node.Kubeconfig(i.APIServerURL, components.AdminUser, strings.TrimSpace(string(token)), i.CAData)
	if err != nil {
		return err
	}
	for _, path := range []string{layout.Kubeconfig(), layout.LastKubeconfig()} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			return fmt.Errorf("kubeconfig: %w", err)
		}
	}
	return nil
}

// removeKubeconfig removes the kubeconfig of a stack, and its copy if this stack was started last.
func removeKubeconfig(layout paths.Layout) error {
	current, err := os.ReadFile(layout.Kubeconfig())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("kubeconfig: %w", err)
	}
	if last, err := os.ReadFile(layout.LastKubeconfig()); err == nil && bytes.Equal(current, last) {
		if err := os.Remove(layout.LastKubeconfig()); err != nil {
			return fmt.Errorf("kubeconfig: %w", err)
		}
	}
	if err := os.Remove(layout.Kubeconfig()); err != nil {
		return fmt.Errorf("kubeconfig: %w", err)
	}
	return nil
}
