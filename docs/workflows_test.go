package docs

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// step is a step of a job or of a composite action.
type step struct {
	Uses, Run string
	With      map[string]any
}

type job struct {
	If          string
	Permissions map[string]string
	Uses        string
	Environment any
	Concurrency any
	Timeout     int `yaml:"timeout-minutes"`
	Steps       []step
}

type workflow struct {
	On          yaml.Node
	Permissions yaml.Node
	Jobs        map[string]job
	// text is the file, for what a structure does not have.
	text string
}

// triggers returns the names of the events that start the workflow.
func (w workflow) triggers(t *testing.T) []string {
	t.Helper()
	var events map[string]any
	require.NoError(t, w.On.Decode(&events))
	return slices.Sorted(maps.Keys(events))
}

func parseWorkflow(t *testing.T, file string) workflow {
	t.Helper()
	w := workflow{text: read(t, file)}
	require.NoError(t, yaml.Unmarshal([]byte(w.text), &w), file)
	return w
}

// workflows returns the workflows by their file names.
func workflows(t *testing.T) map[string]workflow {
	t.Helper()
	found := map[string]workflow{}
	for _, file := range repositoryFiles(t, ".yml") {
		if strings.HasPrefix(file, ".github/workflows/") {
			found[path.Base(file)] = parseWorkflow(t, file)
		}
	}
	require.Greater(t, len(found), 5)
	return found
}

// steps returns the steps of all workflows and composite actions by file.
func steps(t *testing.T) map[string][]step {
	t.Helper()
	found := map[string][]step{}
	for name, w := range workflows(t) {
		for _, j := range w.Jobs {
			found[name] = append(found[name], j.Steps...)
		}
	}
	for _, file := range repositoryFiles(t, "action.yml") {
		var action struct{ Runs struct{ Steps []step } }
		require.NoError(t, yaml.Unmarshal([]byte(read(t, file)), &action), file)
		found[file] = action.Runs.Steps
	}
	return found
}

var (
	usesLine = regexp.MustCompile(`(?m)^[ -]*uses: (.*)$`)
	// pinned is OWNER/NAME at the ID of a commit, with the version that the commit has.
	pinned = regexp.MustCompile(`^([\w.-]+/[\w.-]+(?:/[\w.-]+)*)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)$`)
)

func TestWorkflows_actionsArePinnedByCommit(t *testing.T) {
	commits := map[string]string{}
	found := 0
	for _, file := range repositoryFiles(t, ".yml") {
		if !strings.HasPrefix(file, ".github/") {
			continue
		}
		for _, line := range usesLine.FindAllStringSubmatch(read(t, file), -1) {
			if strings.HasPrefix(line[1], "./") {
				require.True(t, exists(t, line[1]), "%s: %s", file, line[1])
				continue
			}
			match := pinned.FindStringSubmatch(line[1])
			require.NotNil(t, match, "%s: %q must be OWNER/NAME@COMMIT # vX.Y.Z", file, line[1])
			if previous := commits[match[1]]; previous != "" {
				require.Equal(t, previous, match[2]+" "+match[3], "%s: another version of %s than elsewhere", file, match[1])
			}
			commits[match[1]] = match[2] + " " + match[3]
			found++
		}
	}
	require.Greater(t, found, 10)
}

// writers are the permissions to write of each job. Other jobs read, and write nothing.
var writers = map[string]map[string][]string{
	"deploy.yml":        {"eks": {"id-token"}, "gke": {"id-token"}},
	"deploy-stack.yml":  {"deploy": {"id-token"}, "preview": {"id-token"}},
	"drift.yml":         {"compare": {"id-token"}, "issue": {"issues"}},
	"image.yml":         {"publish": {"attestations", "id-token", "packages"}},
	"plan.yml":          {"eks": {"id-token"}, "gke": {"id-token"}},
	"plan-comment.yml":  {"comment": {"pull-requests"}},
	"preview-stack.yml": {"preview": {"id-token"}},
	"release-model.yml": {"release": {"id-token"}, "propose": {"actions", "contents", "pull-requests"}},
}

func TestWorkflows_permissionsAreMinimal(t *testing.T) {
	for name, w := range workflows(t) {
		require.Equal(t, yaml.MappingNode, w.Permissions.Kind, "%s: permissions must be {}", name)
		require.Empty(t, w.Permissions.Content, "%s: permissions belong to a job", name)
		for id, j := range w.Jobs {
			require.NotNil(t, j.Permissions, "%s: job %s needs permissions", name, id)
			var writes []string
			for scope, access := range j.Permissions {
				if access != "read" {
					require.Equal(t, "write", access)
					writes = append(writes, scope)
				}
			}
			slices.Sort(writes)
			require.Equal(t, writers[name][id], writes, "%s: job %s", name, id)
			// A job that may write to the repository has no access to a cloud.
			require.False(
				t,
				slices.Contains(writes, "id-token") && (slices.Contains(writes, "contents") || slices.Contains(writes, "issues")),
			)
			require.True(t, j.Uses != "" || j.Timeout > 0, "%s: job %s needs timeout-minutes", name, id)
		}
	}
}

// A pull request's code runs without a secret, and a fork's without any token but to read. No workflow has a long-lived
// key.
func TestWorkflows_pullRequestsAreUntrusted(t *testing.T) {
	for name, w := range workflows(t) {
		require.NotContains(t, w.text, "secrets.", name)
		require.NotContains(t, w.text, "secrets:", name)
		triggers := w.triggers(t)
		require.NotContains(t, triggers, "pull_request_target", name)
		if !slices.Contains(triggers, "pull_request") {
			continue
		}
		for id, j := range w.Jobs {
			for scope, access := range j.Permissions {
				if access == "read" {
					continue
				}
				require.Equal(t, "id-token", scope, "%s: job %s", name, id)
				require.Contains(t, j.If, "github.event.pull_request.head.repo.full_name == github.repository", "%s: job %s", name, id)
			}
			require.Nil(t, j.Environment, "%s: job %s", name, id)
		}
	}
}

// What a run of a pull request left is data: its workflow checks out and runs the default branch only, and reads no
// cache.
func TestWorkflows_workflowRunIsTrusted(t *testing.T) {
	checked := 0
	for name, w := range workflows(t) {
		if !slices.Contains(w.triggers(t), "workflow_run") {
			continue
		}
		for _, j := range w.Jobs {
			for _, s := range j.Steps {
				require.NotContains(t, s.With, "ref", name)
				require.NotContains(t, s.With, "repository", name)
				require.NotContains(t, s.Uses, "actions/cache", name)
				require.NotContains(t, s.Uses, "./.github/actions/go", name)
				checked++
			}
		}
	}
	require.Positive(t, checked)
}

var makeTarget = regexp.MustCompile(`(?m)(?:^|[\s|&(])make (?:-s )?([a-z][a-z-]*)`)

func TestWorkflows_scripts(t *testing.T) {
	known := targets(t)
	called := map[string]bool{}
	for file, list := range steps(t) {
		for _, s := range list {
			// An expression in a script would be interpreted by the shell. Values are passed in env.
			require.NotContains(t, s.Run, "${{", file)
			for _, match := range makeTarget.FindAllStringSubmatch(s.Run, -1) {
				require.Contains(t, known, match[1], file)
				called[match[1]] = true
			}
			if strings.HasPrefix(s.Uses, "actions/checkout@") {
				require.Equal(t, false, s.With["persist-credentials"], file)
			}
			// Jobs that publish or deploy read no cache that other jobs wrote.
			if strings.HasPrefix(s.Uses, "actions/setup-go@") {
				require.Equal(t, false, s.With["cache"], file)
			}
		}
	}
	for _, target := range []string{"test", "lint", "preview", "preview-stack", "deploy", "drift", "sbom", "image", "sign", "plan-comment", "post-comment", "release", "propose-release"} {
		require.True(t, called[target], "no workflow calls make %s", target)
	}
}

// The tests of the alert rules need promtool, which is not on the runner, and fail in CI without it.
func TestWorkflows_promtool(t *testing.T) {
	var scripts []string
	for _, s := range workflows(t)["pull-request.yml"].Jobs["test"].Steps {
		scripts = append(scripts, s.Run)
	}
	test := slices.Index(scripts, "make test")
	require.Positive(t, test)
	require.Regexp(t, `apt-get install .*\bprometheus\b`, strings.Join(scripts[:test], "\n"))
}

// The plan of a pull request is validated by the official plugins, and only the label allows deleting a cluster.
func TestWorkflows_plan(t *testing.T) {
	w := workflows(t)["plan.yml"]
	require.Contains(t, w.text, "PROVIDERS: official\n")
	require.Contains(
		t,
		w.text,
		"ALLOW_DESTRUCTIVE: ${{ contains(github.event.pull_request.labels.*.name, 'allow-destructive') && '1' || '' }}\n",
	)
	var scripts []string
	for _, s := range w.Jobs["plan"].Steps {
		scripts = append(scripts, s.Run)
	}
	plugins, preview := slices.Index(scripts, "make plugins"), slices.Index(scripts, `make preview OUT="plan/plan.md plan/plan.json"`)
	require.Positive(t, plugins)
	require.Greater(t, preview, plugins)
}

// A deployment is never cancelled, needs its environment, and comes after a preview.
func TestWorkflows_deploymentsWait(t *testing.T) {
	deploy := workflows(t)["deploy-stack.yml"].Jobs["deploy"]
	require.Equal(t, "${{ inputs.stack }}", deploy.Environment)
	require.Equal(t, map[string]any{"group": "deploy-${{ inputs.stack }}", "cancel-in-progress": false}, deploy.Concurrency)
	for _, s := range deploy.Steps {
		require.NotContains(t, s.Uses, "./.github/actions/go", "no cache")
	}
	for file, w := range workflows(t) {
		if file != "deploy-stack.yml" {
			require.NotContains(t, w.text, "make deploy", file)
		}
	}
	require.Equal(t, []string{"push", "workflow_dispatch"}, workflows(t)["deploy.yml"].triggers(t))
}

// The workflows install the version of the Pulumi CLI that tools/build builds.
func TestWorkflows_pulumiVersion(t *testing.T) {
	built := regexp.MustCompile(`pulumiVersion = "v([\d.]+)"`).FindStringSubmatch(read(t, "tools/build/program.go"))
	require.NotNil(t, built)
	require.Contains(t, read(t, ".github/actions/cloud/action.yml"), "pulumi-version: "+built[1]+"\n")
}
