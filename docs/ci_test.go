package docs

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

type policyStatement struct {
	Sid, Effect      string
	Action, Resource any
	Principal        map[string]string
	Condition        map[string]map[string]any
}

func policyStatements(t *testing.T, file string) []policyStatement {
	t.Helper()
	var policy struct {
		Version   string
		Statement []policyStatement
	}
	require.NoError(t, json.Unmarshal([]byte(read(t, file)), &policy), file)
	require.Equal(t, "2012-10-17", policy.Version, file)
	return policy.Statement
}

// actions returns the actions of a statement, which are a string or a list.
func (s policyStatement) actions() []string {
	if action, ok := s.Action.(string); ok {
		return []string{action}
	}
	var actions []string
	for _, action := range s.Action.([]any) {
		actions = append(actions, action.(string))
	}
	return actions
}

// readAction matches an action that changes nothing and reads no object, image or secret.
var readAction = regexp.MustCompile(`^\w+:(?:Describe|List|Get(?:$|Role|OpenID|Key|Bucket|Lifecycle|RepositoryPolicy|\*Configuration))`)

// The role of a preview reads all that the role of a deployment reads, and changes nothing.
func TestCI_previewPolicyOfEKS(t *testing.T) {
	var want []string
	for _, statement := range policyStatements(t, "docs/deploy-eks-policy.json") {
		for _, action := range statement.actions() {
			switch {
			case action == "eks:*":
				want = append(want, "eks:Describe*", "eks:List*")
			case statement.Sid != "Uploads" && statement.Sid != "Quotas" && readAction.MatchString(action) && action != "s3:ListBucketVersions":
				want = append(want, action)
			}
		}
	}
	require.Greater(t, len(want), 20)
	var got []string
	for _, statement := range policyStatements(t, "docs/ci-eks-preview-policy.json") {
		require.Equal(t, "Allow", statement.Effect)
		switch statement.Sid {
		case "State":
			require.Equal(t, []string{"s3:GetObject"}, statement.actions())
			require.Equal(t, "arn:aws:s3:::STATE-BUCKET/*", statement.Resource)
		case "StateKey":
			require.Equal(t, []string{"kms:Decrypt"}, statement.actions())
			require.Equal(t, "STATE-KEY", statement.Resource)
		default:
			got = append(got, statement.actions()...)
		}
	}
	require.ElementsMatch(t, want, got)
}

// The role of a release cannot change or delete an object, and is limited to the two buckets.
func TestCI_releasePolicyOfEKS(t *testing.T) {
	for _, statement := range policyStatements(t, "docs/ci-eks-release-policy.json") {
		for _, action := range statement.actions() {
			require.NotRegexp(t, `Delete|\*|ObjectAcl|Policy`, action)
		}
		for _, resource := range statement.Resource.([]any) {
			require.Regexp(t, `^arn:aws:s3:::(MODELS|DATASETS)-BUCKET(/\*)?$`, resource)
		}
	}
}

// A role trusts one repository, by its ID, one environment and the branch main. Both forms of the subject are listed.
func TestCI_trustOfEKS(t *testing.T) {
	statements := policyStatements(t, "docs/ci-eks-trust.json")
	require.Len(t, statements, 1)
	require.Equal(t, []string{"sts:AssumeRoleWithWebIdentity"}, statements[0].actions())
	claim := "token.actions.githubusercontent.com:"
	require.Equal(t, map[string]map[string]any{"StringEquals": {
		claim + "aud":           "sts.amazonaws.com",
		claim + "repository_id": "REPOSITORY-ID",
		claim + "environment":   "ENVIRONMENT",
		claim + "ref":           "refs/heads/main",
		claim + "sub": []any{
			"repo:OWNER/REPOSITORY:environment:ENVIRONMENT",
			"repo:OWNER@OWNER-ID/REPOSITORY@REPOSITORY-ID:environment:ENVIRONMENT",
		},
	}}, statements[0].Condition)

	// The command of the page for a preview, which has no branch.
	page := read(t, "docs/ci.md")
	require.Contains(t, page, `grep -v ':ref"' > trust-preview.json`)
	var lines []string
	for line := range strings.Lines(read(t, "docs/ci-eks-trust.json")) {
		if !strings.Contains(line, `:ref"`) {
			lines = append(lines, line)
		}
	}
	var preview struct{ Statement []policyStatement }
	require.NoError(t, json.Unmarshal([]byte(strings.Join(lines, "")), &preview))
	require.Len(t, preview.Statement[0].Condition["StringEquals"], 4)
}

// The role has a permission to read for each resource type of the program, and none to write.
func TestCI_previewRoleOfGKE(t *testing.T) {
	text := read(t, "docs/ci-gke-preview-role.yaml")
	var role struct {
		Title, Stage        string
		IncludedPermissions []string `yaml:"includedPermissions"`
	}
	require.NoError(t, yaml.Unmarshal([]byte(text), &role))
	for _, permission := range role.IncludedPermissions {
		require.Regexp(t, `^[a-z]+\.[A-Za-z]+\.(get|getIamPolicy|use)$`, permission)
	}
	covered := map[string]bool{}
	for _, match := range regexp.MustCompile(`(?m)^  - \S+ # (.+)$`).FindAllStringSubmatch(text, -1) {
		for _, name := range strings.Split(match[1], ", ") {
			covered[name] = true
		}
	}
	require.Equal(t, registeredTypes(t, "gke", "gcp"), covered)
}

// The page names every workflow, and every variable that the workflows use.
func TestCI_pageIsComplete(t *testing.T) {
	page := read(t, "docs/ci.md")
	used := map[string]bool{}
	for name, w := range workflows(t) {
		if name != "deploy-stack.yml" { // a part of deploy.yml
			require.Contains(t, page, "`"+name+"`")
		}
		for _, match := range regexp.MustCompile(`\bvars\.([A-Z_]+)`).FindAllStringSubmatch(w.text, -1) {
			used[match[1]] = true
		}
	}
	listed := map[string]bool{}
	for _, match := range regexp.MustCompile("(?m)^\\| `([A-Z_]+)` \\|").FindAllStringSubmatch(page, -1) {
		listed[match[1]] = true
	}
	require.Equal(t, used, listed)
}

// runMake runs a target with a stand-in for the programs in .local/bin. It returns its output and whether it succeeded.
func runMake(t *testing.T, standIn string, env []string, args ...string) (string, bool) {
	t.Helper()
	bin := t.TempDir()
	for _, name := range []string{"pulumi", "cosign"} {
		require.NoError(t, os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+standIn), 0o700))
	}
	cmd := exec.Command("make", append([]string{"--no-print-directory", "-C", "..", "BIN=" + bin, "build=@true"}, args...)...)
	cmd.Env = append([]string{"PATH=" + bin + ":" + os.Getenv("PATH"), "HOME=" + bin}, env...)
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

func TestDrift_result(t *testing.T) {
	for _, c := range []struct {
		name, code, result string
	}{
		{"clean", "0", "clean\n"},
		{"drifted", "7", "drifted\n"},
		{"failed", "255", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "result"), []byte("clean\n"), 0o600), "of an earlier run")
			out, ok := runMake(t, `echo "$@"; exit `+c.code, nil, "drift", "STACK=eks", "DIR="+dir)
			require.Equal(t, c.code == "0", ok, out)
			require.Contains(t, out, "preview --stack eks --non-interactive --color never --refresh --expect-no-changes")
			report, err := os.ReadFile(filepath.Join(dir, "report.txt"))
			require.NoError(t, err)
			require.Contains(t, string(report), "preview --stack eks")
			result, err := os.ReadFile(filepath.Join(dir, "result"))
			require.Equal(t, c.result == "", os.IsNotExist(err))
			require.Equal(t, c.result, string(result))
		})
	}
}

func TestDeploy_refresh(t *testing.T) {
	out, ok := runMake(t, `echo "$@"`, nil, "deploy", "STACK=eks")
	require.True(t, ok, out)
	require.Equal(t, "up --stack eks --yes --skip-preview --non-interactive --color never\n", out)
	for target, want := range map[string]string{
		"deploy":        "up --stack gke --yes --skip-preview --non-interactive --color never --refresh\n",
		"preview-stack": "preview --stack gke --non-interactive --color never --diff --refresh\n",
	} {
		out, ok = runMake(t, `echo "$@"`, []string{"REFRESH=1", "STACK=gke"}, target)
		require.True(t, ok, out)
		require.Equal(t, want, out)
	}
	_, ok = runMake(t, "exit 4", nil, "deploy")
	require.False(t, ok)
}

func TestPlugins_versionsOfGoMod(t *testing.T) {
	out, ok := runMake(t, `echo "$@"`, nil, "plugins")
	require.True(t, ok, out)
	var want []string
	for _, match := range regexp.MustCompile(`(?m)^\tgithub\.com/pulumi/pulumi-([a-z]+)/sdk/v\d+ v(\S+)`).FindAllStringSubmatch(read(t, "go.mod"), -1) {
		want = append(want, "plugin install resource "+match[1]+" "+match[2])
	}
	require.Len(t, want, 3)
	require.Equal(t, want, strings.Split(strings.TrimSpace(out), "\n"))
	_, ok = runMake(t, "exit 1", nil, "plugins")
	require.False(t, ok)
}

func TestSign_everyImage(t *testing.T) {
	images := filepath.Join(t.TempDir(), "images.txt")
	require.NoError(t, os.WriteFile(images, []byte("ghcr.io/o/r/fetcher@sha256:1\nghcr.io/o/r/modelferry@sha256:2\n"), 0o600))
	out, ok := runMake(t, `echo "$@"`, nil, "sign", "IMAGES="+images)
	require.True(t, ok, out)
	require.Equal(t, "sign --yes ghcr.io/o/r/fetcher@sha256:1\nsign --yes ghcr.io/o/r/modelferry@sha256:2\n", out)
	_, ok = runMake(t, "exit 1", nil, "sign", "IMAGES="+images)
	require.False(t, ok)
	out, ok = runMake(t, "", nil, "sign")
	require.False(t, ok)
	require.Contains(t, out, "IMAGES is required")
}
