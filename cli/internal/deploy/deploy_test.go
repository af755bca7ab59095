package deploy

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// installCLI puts a pulumi CLI on PATH that is a shell script. Of a stack's outputs it knows none.
func installCLI(t *testing.T, up string) Options {
	t.Helper()
	dir := t.TempDir()
	script := "#!/bin/sh\necho \"$@\" >>" + dir + "/calls\ncase $1 in stack) echo '{}'; exit;; esac\n" + up + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "pulumi"), []byte(script), 0o700))
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	return Options{Root: dir, Stack: "gke", Services: []string{"churn"}}
}

const (
	urn     = `urn:pulumi:gke::modelferry::modelferry:index:ModelDeployment$kubernetes:apps/v1:Deployment::churn`
	updated = `"metadata": {"op": "update", "urn": "` + urn + `", "type": "kubernetes:apps/v1:Deployment", "new": {"custom": true}}`
	events  = `cat <<'END'
{"sequence": 0, "preludeEvent": {"config": {}}}
{"resourcePreEvent": {` + updated + `}}
{"diagnosticEvent": {"urn": "` + urn + `", "message": "<{%reset%}>waiting<{%reset%}>", "severity": "info", "ephemeral": true}}
{"diagnosticEvent": {"message": "use a newer cluster", "severity": "warning"}}
{"diagnosticEvent": {"message": "using pulumi-language-go from $PATH at /bin/pulumi-language-go", "severity": "warning"}}
{"resOutputsEvent": {` + updated + `}}
{"resOutputsEvent": {"metadata": {"op": "update", "urn": "` + urn + `", "type": "modelferry:index:X", "new": {"custom": false}}}}
not an event
END
`
)

func TestUp(t *testing.T) {
	o := installCLI(t, events)
	var out bytes.Buffer
	o.Out = &out
	require.NoError(t, Up(t.Context(), o))
	require.Regexp(t, `^gke: pulumi up
  ! use a newer cluster
  ~ Deployment churn
  not an event
gke: 1 updated in \d+\.\d s
$`, out.String())
	calls, err := os.ReadFile(filepath.Join(o.Root, "calls"))
	require.NoError(t, err)
	require.Contains(t, string(calls), "up --stack gke --yes --skip-preview --json --non-interactive --color never\n")
}

func TestUp_failure(t *testing.T) {
	for name, tt := range map[string]struct{ up, want string }{
		"of a resource": {
			`cat <<'END'
{"diagnosticEvent": {"urn": "` + urn + `", "message": "1 error occurred:\n\t* Deployment failed\n", "severity": "error"}}
{"diagnosticEvent": {"message": "an unhandled error occurred: program failed: \nwaiting for RPCs: resource monitor shut down", "severity": "error"}}
{"diagnosticEvent": {"message": "update failed", "severity": "error"}}
END
exit 255`,
			"stack gke: pulumi up: Deployment churn: Deployment failed",
		},
		"of the CLI":      {`echo "error: the stack is currently locked" >&2; exit 255`, "stack gke: pulumi up: the stack is currently locked"},
		"without message": {`exit 255`, "stack gke: pulumi up: exit status 255"},
	} {
		t.Run(name, func(t *testing.T) {
			o := installCLI(t, tt.up)
			o.Out = &bytes.Buffer{}
			require.EqualError(t, Up(t.Context(), o), tt.want)
		})
	}
	t.Run("no CLI", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		require.ErrorContains(t, Up(t.Context(), Options{Out: &bytes.Buffer{}}), "install it")
	})
}

// An interrupt is passed on once. Up returns when the CLI has ended what it does.
func TestUp_interrupt(t *testing.T) {
	o := installCLI(t, `trap 'sleep 0.2; echo cleaned >>calls; exit 255' INT; echo '{}' ; while :; do sleep 0.05; done`)
	o.Out = &bytes.Buffer{}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(300*time.Millisecond, cancel)
	err := Up(ctx, o)
	require.ErrorIs(t, err, context.Canceled)
	calls, err := os.ReadFile(filepath.Join(o.Root, "calls"))
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(string(calls), "cleaned"))
}

func TestRestore(t *testing.T) {
	cause := errors.New("exit code 5")
	o := installCLI(t, events)
	o.Out = &bytes.Buffer{}
	require.Equal(t, cause, Restore(t.Context(), o, cause))

	o = installCLI(t, "exit 255")
	o.Out = &bytes.Buffer{}
	err := Restore(t.Context(), o, cause)
	require.ErrorIs(t, err, cause)
	require.ErrorContains(t, err, "cannot restore what ran before: stack gke: pulumi up: exit status 255\nrun pulumi up -s gke")
}

func TestResourceName(t *testing.T) {
	require.Equal(t, "Deployment churn", resourceName(urn))
	require.Equal(t, "Stack modelferry-gke", resourceName("urn:pulumi:gke::modelferry::pulumi:pulumi:Stack::modelferry-gke"))
	require.Empty(t, resourceName(""))
}
