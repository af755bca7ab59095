package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// releaseRun is a run of make release in a repository with a stack file, and stand-ins for modelferry, gcloud and aws.
type releaseRun struct {
	dir, calls, out string
	ok              bool
}

// standIns record their arguments, one on a line. modelferry changes the stack file, gcloud and aws write a file.
const standIns = `#!/bin/bash
{ echo "== ${0##*/}"; printf '%s\n' "$@"; } >>"$CALLS"
case ${0##*/} in
modelferry) echo "config: {new: true}" >Pulumi.gke.yaml ;;
gcloud) echo model >"$4/${3##*/}" ;;
aws) echo model >"$5/${4##*/}" ;;
esac
`

func runRelease(t *testing.T, env ...string) releaseRun {
	t.Helper()
	dir, bin := t.TempDir(), t.TempDir()
	calls := filepath.Join(bin, "calls")
	for _, name := range []string{"modelferry", "gcloud", "aws"} {
		require.NoError(t, os.WriteFile(filepath.Join(bin, name), []byte(standIns), 0o700))
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "Pulumi.gke.yaml"), []byte("config: {}\n"), 0o600))
	script, err := filepath.Abs("../tools/github/release.sh")
	require.NoError(t, err)
	read(t, "tools/github/release.sh") // Go's test cache does not see what a child process reads
	makefile, err := filepath.Abs("../Makefile")
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "tools/github"), 0o700))
	require.NoError(t, os.Symlink(script, filepath.Join(dir, "tools/github/release.sh")))
	for _, args := range [][]string{{"init", "-q"}, {"add", "Pulumi.gke.yaml"}} {
		output, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput()
		require.NoError(t, err, "%s", output)
	}
	cmd := exec.Command("make", "--no-print-directory", "-C", dir, "-f", makefile, "BIN="+bin, "build=@true", "release", "DIR=out")
	cmd.Env = append([]string{"PATH=" + bin + ":" + os.Getenv("PATH"), "HOME=" + bin, "CALLS=" + calls}, env...)
	out, err := cmd.CombinedOutput()
	called, _ := os.ReadFile(calls) // a missing file means that nothing was called
	return releaseRun{dir: dir, calls: string(called), out: string(out), ok: err == nil}
}

var exampleDigest = strings.Repeat("78d028aa028b0000", 4)

func TestRelease_ofBucket(t *testing.T) {
	for scheme, download := range map[string]string{
		"gs": "== gcloud\nstorage\ncp\ngs://bucket/train/model.joblib\n", "s3": "== aws\ns3\ncp\n--no-progress\ns3://bucket/train/model.joblib\n",
	} {
		r := runRelease(t, "SERVICE=bankchurn", "MODEL="+scheme+"://bucket/train/model.joblib", "DIGEST="+exampleDigest, "STACKS=gke")
		require.True(t, r.ok, r.out)
		require.Contains(t, r.calls, download)
		require.Regexp(
			t,
			`== modelferry\nrelease\nbankchurn\nmodel=/\S+/model\.joblib\n--sha256\n`+exampleDigest+`\n--stack\ngke\n$`,
			r.calls,
		)
		for name, want := range map[string]string{
			"branch": "release/bankchurn-78d028aa028b\n", "title": "Release bankchurn 78d028aa028b\n", "Pulumi.gke.yaml": "config: {new: true}\n",
		} {
			content, err := os.ReadFile(filepath.Join(r.dir, "out", name))
			require.NoError(t, err)
			require.Equal(t, want, string(content))
		}
		body, err := os.ReadFile(filepath.Join(r.dir, "out/body.md"))
		require.NoError(t, err)
		require.Contains(t, string(body), "````diff\ndiff --git a/Pulumi.gke.yaml")
		require.Contains(t, string(body), "+config: {new: true}\n````\n")
	}
}

func TestRelease_ofRegistry(t *testing.T) {
	r := runRelease(t, "SERVICE=bankchurn", "MODEL=models:/bankchurn/3", "STACKS=gke", "ARTIFACT=model")
	require.True(t, r.ok, r.out)
	require.Equal(t, "== modelferry\nrelease\nbankchurn\nmodel=models:/bankchurn/3\n--stack\ngke\n", r.calls)
	branch, err := os.ReadFile(filepath.Join(r.dir, "out/branch"))
	require.NoError(t, err)
	require.Regexp(t, `^release/bankchurn-[0-9a-f]{12}\n$`, string(branch))
}

// The inputs of a workflow are untrusted text: neither make nor a shell may interpret them.
func TestRelease_hostileInputs(t *testing.T) {
	good := map[string]string{"SERVICE": "bankchurn", "MODEL": "gs://bucket/model.joblib", "DIGEST": exampleDigest, "STACKS": "gke"}
	for _, hostile := range []string{
		"$(shell touch pwned)", "$(touch pwned)", "`touch pwned`", "x; touch pwned", "x\ntouch pwned", "--help", "../../etc", "\"; touch pwned; \"", "",
	} {
		for name := range good {
			t.Run(name+"="+hostile, func(t *testing.T) {
				var env []string
				for key, value := range good {
					if key == name {
						value = hostile
					}
					env = append(env, key+"="+value)
				}
				r := runRelease(t, env...)
				require.False(t, r.ok, r.out)
				require.Regexp(t, "make release: (invalid "+name+"|"+name+" is required)", r.out)
				require.Empty(t, r.calls)
				require.NoFileExists(t, filepath.Join(r.dir, "pwned"))
			})
		}
	}
	// A path in the URL may have what a shell would interpret.
	r := runRelease(t, "SERVICE=bankchurn", "MODEL=gs://bucket/$(touch${IFS}pwned)`x`;model.joblib", "DIGEST="+exampleDigest, "STACKS=gke")
	require.True(t, r.ok, r.out)
	require.Contains(t, r.calls, "gs://bucket/$(touch${IFS}pwned)`x`;model.joblib\n")
	require.NoFileExists(t, filepath.Join(r.dir, "pwned"))
}

// As an argument, make would expand a value before it reaches the script.
func TestRelease_refusesArguments(t *testing.T) {
	out, err := dryRun(t, nil, "release", "SERVICE=bankchurn")
	require.Error(t, err)
	require.Contains(t, out, "SERVICE must be in the environment: SERVICE=… make release")
}
