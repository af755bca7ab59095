package provider_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/provider"
	"github.com/modelferry/modelferry/local/internal/provider/aws"
	"github.com/modelferry/modelferry/local/internal/provider/gcp"
)

// registration matches the constructor of a resource of a cloud's SDK, such as ecr.NewRepository(ctx.
var registration = regexp.MustCompile(`\b([a-z][a-z0-9]+)\.New([A-Z]\w+)\(ctx, `)

// Every resource type that the program registers on a cloud exists in the local cloud, also those that only some
// configs have.
func TestPackages_haveEveryTypeOfProgram(t *testing.T) {
	for dir, pkg := range map[string]*provider.Package{"eks": aws.Package(), "gke": gcp.Package()} {
		t.Run(dir, func(t *testing.T) {
			files, err := filepath.Glob("../../../infra/" + dir + "/*.go")
			require.NoError(t, err)
			registered := 0
			for _, file := range files {
				source, err := os.ReadFile(file)
				require.NoError(t, err)
				sdk := "github.com/pulumi/pulumi-" + pkg.Name + "/sdk/"
				for _, match := range registration.FindAllStringSubmatch(string(source), -1) {
					module, name := match[1], match[2]
					if !regexp.MustCompile(sdk + `v\d/go/` + pkg.Name + `/` + module + `"`).Match(source) {
						continue // a package of the program
					}
					registered++
					token := pkg.Name + ":" + module + "/" + strings.ToLower(name[:1]) + name[1:] + ":" + name
					require.Contains(t, pkg.Resources, token, file)
				}
			}
			require.Greater(t, registered, 15, "the source was not read")
		})
	}
}
