package engine

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/modelferry/modelferry/local/internal/choice"
	"github.com/modelferry/modelferry/local/internal/paths"
)

// ProviderEnv is the environment variable that selects the Kubernetes provider of a new stack.
const ProviderEnv = "MODELFERRY_PROVIDER"

// Kubernetes providers of the local cloud.
const (
	// OfficialProvider is Pulumi's own. tools/build builds it.
	OfficialProvider = "official"
	// QuickProvider is part of ferry. Offline previews and renderings always use it.
	QuickProvider = "quick"
)

// Provider is the choice of a stack's Kubernetes provider. What is installed does not matter.
var Provider = choice.Choice{
	Setting: ProviderEnv, Noun: "provider", File: "kubernetes-provider", Values: []string{OfficialProvider, QuickProvider},
}

// kubernetesPluginDir returns the directory with the stack's Kubernetes plugin.
func kubernetesPluginDir(p paths.Layout, quickDir string) (string, error) {
	selected, err := Provider.Record(p, os.Getenv(ProviderEnv))
	if err != nil || selected == QuickProvider {
		return quickDir, err
	}
	plugin := p.Bin("pulumi-resource-kubernetes")
	if _, err := os.Stat(plugin); err != nil {
		return "", fmt.Errorf("kubernetes plugin: %w: make up builds it, and make up PROVIDER=%s needs none", err, QuickProvider)
	}
	return filepath.Dir(plugin), nil
}
