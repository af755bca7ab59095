package plandiff_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/local/internal/plandiff"
	"github.com/modelferry/modelferry/local/internal/planreport"
	"github.com/modelferry/modelferry/local/internal/plugins"
	"github.com/modelferry/modelferry/local/internal/repotest"
	"github.com/modelferry/modelferry/local/internal/stackfile"
)

var update = flag.Bool("golden", false, "write the reports to testdata")

// The test binary is also the plugins: it behaves according to the name of the link, as ferry does.
func TestMain(m *testing.M) {
	handled, err := plugins.Run(os.Args)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if handled {
		return
	}
	os.Exit(m.Run())
}

const (
	oldDigest = "ab12f00dab12f00dab12f00dab12f00dab12f00dab12f00dab12f00dab12f00d"
	newDigest = "cd34beefcd34beefcd34beefcd34beefcd34beefcd34beefcd34beefcd34beef"
)

// newRepository copies the project and the stack files. Its releases are published.
func newRepository(t *testing.T, stack string) paths.Layout {
	t.Helper()
	root := t.TempDir()
	for _, file := range []string{"Pulumi.yaml", "Pulumi.gke.yaml", "Pulumi.eks.yaml"} {
		content, err := os.ReadFile(repotest.Path(t, file))
		require.NoError(t, err)
		published := strings.ReplaceAll(string(content), config.PlaceholderDigest, oldDigest)
		require.NoError(t, os.WriteFile(filepath.Join(root, file), []byte(published), 0o600))
	}
	p, err := paths.New(root, stack)
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Dir(p.Bin("pulumi")), 0o755))
	cli := repotest.Binary("pulumi")
	if cli == "" {
		cli = repotest.Path(t, ".local", "bin", "pulumi")
	}
	require.FileExists(t, cli, "make test builds it")
	require.NoError(t, os.Symlink(cli, p.Bin("pulumi")))
	return p
}

// set returns an override that sets config values, as with --config.
func set(assignments ...string) func(stackfile.File) error {
	return func(file stackfile.File) error {
		for _, assignment := range assignments {
			if err := file.Set(assignment); err != nil {
				return err
			}
		}
		return nil
	}
}

// addService adds a service to the catalogue and to the stack.
func addService(file stackfile.File) error {
	file.Merge(map[string]any{
		"modelferry:services": map[string]any{"frauddetector": map[string]any{
			"deployment": "frauddetector-predictor",
			"artifacts":  map[string]any{"model": map[string]any{"dest": "model.onnx", "env": "MODEL_PATH"}},
		}},
		"modelferry:releases": map[string]any{"frauddetector": map[string]any{
			"image": "example.com/frauddetector@sha256:" + newDigest,
			"artifacts": map[string]any{"model": map[string]any{
				"path": "frauddetector/model.onnx", "sha256": newDigest, "size": "12MB",
			}},
		}},
	})
	return nil
}

// scenarios are the changes whose reports are files.
var scenarios = []struct {
	name   string
	change func(stackfile.File) error
	check  func(*testing.T, planreport.Report)
}{
	{"no-change", set(), func(t *testing.T, r planreport.Report) {
		t.Helper()
		require.False(t, r.HasChanges())
		require.Equal(t, 1, strings.Count(r.Text(), "\n"), "one line")
	}},
	{
		"changed-digest", set(
			"modelferry:releases.bankchurn.artifacts.model.sha256="+newDigest,
			"modelferry:releases.bankchurn.artifacts.model.size=4.3MB",
			"modelferry:releases.bankchurn.artifacts.model.path=bankchurn/cd34beefcd34/model.joblib",
		), func(t *testing.T, r planreport.Report) {
			t.Helper()
			require.Len(t, r.Sections, 1)
			require.Equal(t, 1, r.Sections[0].Count(planreport.Changed), "the Deployment")
			require.Equal(t, 1, r.Sections[0].Count(planreport.Replaced), "the ConfigMap")
			require.Empty(t, r.Destructive())
		},
	},
	{"changed-machine-type", nil, func(t *testing.T, r planreport.Report) {
		t.Helper()
		require.Equal(t, plandiff.Platform, r.Sections[0].Name)
		require.Empty(t, r.Destructive())
	}},
	{"renamed-cluster", set("modelferry:cluster.create.name=serving"), func(t *testing.T, r planreport.Report) {
		t.Helper()
		require.True(t, r.Blocked())
		require.True(t, hasChange(r, planreport.Replaced, "Cluster", true), "the engine refuses to replace the cluster")
	}},
	{"new-service", addService, func(t *testing.T, r planreport.Report) {
		t.Helper()
		require.Equal(t, "frauddetector", r.Sections[0].Name)
		require.Positive(t, r.Sections[0].Count(planreport.Created))
		require.Empty(t, r.Destructive())
	}},
	{"deleted-bucket", set("modelferry:buckets.accessLogging=false"), func(t *testing.T, r planreport.Report) {
		t.Helper()
		require.True(t, r.Blocked())
		require.Len(t, r.Destructive(), 1)
	}},
}

// hasChange reports whether a change of this kind is in the report.
func hasChange(r planreport.Report, op planreport.Op, kind string, protected bool) bool {
	for _, section := range r.Sections {
		for _, change := range section.Changes {
			if change.Op == op && change.Kind == kind && change.Protected == protected {
				return true
			}
		}
	}
	return false
}

var machineTypes = map[string]string{"gke": "e2-standard-4", "eks": "t3.large"}

// The reports of the real engine's plans. make golden writes them.
func TestReport_golden(t *testing.T) {
	for _, stack := range paths.Stacks {
		t.Run(stack, func(t *testing.T) {
			t.Parallel()
			layout := newRepository(t, stack)
			base, err := plandiff.Deploy(t.Context(), plandiff.BaseOptions{Name: "origin/main", Dir: layout.Root, Layout: layout})
			require.NoError(t, err)
			defer base.Close()
			for _, scenario := range scenarios {
				t.Run(scenario.name, func(t *testing.T) {
					change := scenario.change
					if change == nil {
						change = set("modelferry:cluster.create.machineType=" + machineTypes[stack])
					}
					report, err := base.Report(t.Context(), change)
					require.NoError(t, err)
					scenario.check(t, report)
					requireGolden(t, stack+"."+scenario.name+".txt", report.Text())
					requireGolden(t, stack+"."+scenario.name+".md", planreport.Comment(report))
				})
			}
		})
	}
}

func requireGolden(t *testing.T, name, content string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(file, []byte(content), 0o644))
		return
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), content, "make golden writes %s again: read the diff", file)
}
