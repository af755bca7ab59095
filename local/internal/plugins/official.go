package plugins

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/modelferry/modelferry/config"
)

// Official returns the path of the official plugin of a cloud's provider by the provider's name, in the version of the
// SDK. pulumiHome is the directory in which `pulumi plugin install` installs it.
func Official(pulumiHome string, cloud config.Cloud) (map[string]string, error) {
	pkg := pluginsByCloud[cloud].provider()
	program := "pulumi-resource-" + pkg.Name
	path := filepath.Join(pulumiHome, "plugins", fmt.Sprintf("resource-%s-v%s", pkg.Name, pkg.Version), program)
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("official plugin: %w: install it with `make plugins`, or leave out PROVIDERS=official", err)
	}
	return map[string]string{pkg.Name: path}, nil
}
