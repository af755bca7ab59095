package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/local/internal/engine"
	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/local/internal/plugins"
	"github.com/modelferry/modelferry/local/internal/provider/official"
	"github.com/modelferry/modelferry/local/internal/stackfile"
)

const localProviders, officialProviders = "local", "official"

// providersFlag adds --providers. The returned function reports whether it selects the official ones.
func providersFlag(cmd *cobra.Command) func() (bool, error) {
	providers := cmd.Flags().String("providers", localProviders,
		"local, or official: the installed official plugins of the cloud validate and plan every resource, too, without\n"+
			"an account (make plugins installs them)")
	return func() (bool, error) {
		if *providers != localProviders && *providers != officialProviders {
			return false, fmt.Errorf("invalid --providers %q: must be %s or %s", *providers, localProviders, officialProviders)
		}
		return *providers == officialProviders, nil
	}
}

// validateOfficially plans a new stack with the official plugin of its cloud. It returns an error if that refuses the
// plan. If the plugin cannot be used, it only says why: the local providers have validated the plan.
func validateOfficially(
	ctx context.Context, layout paths.Layout, override func(stackfile.File) error, messages io.Writer,
) error {
	options, err := offlineOptions(func() (paths.Layout, error) { return layout, nil }, override, os.TempDir(), nil)
	if err != nil {
		return err
	}
	if options.OfficialPlugins, err = plugins.Official(engine.PulumiHome(), config.Cloud(layout.Stack)); err == nil {
		_, err = engine.Preview(ctx, options)
		if err != nil && !strings.Contains(err.Error(), official.Unavailable) {
			return fmt.Errorf("with the official plugins: %w", err)
		}
	}
	if err != nil {
		fmt.Fprintf(messages, "%s: NOT validated by the official plugins, only by the local providers: %v\n", layout.Stack, err)
		return nil
	}
	fmt.Fprintf(messages, "%s: the official plugins accept every resource\n", layout.Stack)
	return nil
}
