package hostdeps

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
)

// command writes an executable that logs its arguments and then runs a script. The script has the arguments in $* and
// the folder in $state.
func command(t *testing.T, state, name, script string) string {
	t.Helper()
	file := filepath.Join(state, name)
	content := "#!/bin/sh\nstate=" + state + "\necho \"" + name + " $*\" >>$state/calls\n" + script + "\n"
	require.NoError(t, os.WriteFile(file, []byte(content), 0o755))
	return file
}

// loggedCalls returns the logged calls without the options that every call has.
func loggedCalls(t *testing.T, state string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(state, "calls"))
	require.NoError(t, err)
	var lines []string
	for line := range strings.Lines(string(text)) {
		line = strings.ReplaceAll(strings.TrimSpace(line), "--quiet --option=Dpkg::Use-Pty=0 --option=DPkg::Lock::Timeout=300 ", "")
		lines = append(lines, strings.ReplaceAll(line, "install --yes --no-install-recommends --no-remove", "INSTALL"))
	}
	return lines
}

func TestApt_Install(t *testing.T) {
	for _, c := range []struct {
		name, apt string
		want      []string
		wantError string
	}{
		{name: "current package lists",
			want: []string{"apt-get --simulate INSTALL runc mount", "apt-get INSTALL runc mount"}},
		{name: "package lists without the packages",
			apt:  `case "$*" in *update) touch $state/new;; *) test -e $state/new || exit 100;; esac`,
			want: []string{"apt-get --simulate INSTALL runc mount", "apt-get update", "apt-get INSTALL runc mount"}},
		{name: "outdated package lists",
			apt:  `case "$*" in *update) touch $state/new;; *--simulate*) ;; *) test -e $state/new || exit 100;; esac`,
			want: []string{"apt-get --simulate INSTALL runc mount", "apt-get INSTALL runc mount", "apt-get update", "apt-get INSTALL runc mount"}},
		{name: "mirrors not reachable",
			apt:       `echo "E: Unable to locate package runc" >&2; exit 100`,
			want:      []string{"apt-get --simulate INSTALL runc mount", "apt-get update"},
			wantError: "update the package lists: apt-get: exit status 100: E: Unable to locate package runc"},
		{name: "install fails after the update",
			apt:       `case "$*" in *update|*--simulate*) ;; *) echo "E: no space"; exit 100;; esac`,
			want:      []string{"apt-get --simulate INSTALL runc mount", "apt-get INSTALL runc mount", "apt-get update", "apt-get INSTALL runc mount"},
			wantError: "install [runc mount]: apt-get: exit status 100: E: no space"},
	} {
		t.Run(c.name, func(t *testing.T) {
			state := t.TempDir()
			apt := Apt{Lock: filepath.Join(state, "lock"), AptGet: command(t, state, "apt-get", c.apt)}
			err := apt.Install(t.Context(), []string{"runc", "mount"}, func(string) {})
			if c.wantError == "" {
				require.NoError(t, err)
			} else {
				require.EqualError(t, err, c.wantError)
			}
			require.Equal(t, c.want, loggedCalls(t, state))
		})
	}
}

func TestApt_Install_nonInteractiveWithOutput(t *testing.T) {
	state := t.TempDir()
	apt := Apt{Lock: filepath.Join(state, "lock"), AptGet: command(t, state, "apt-get", `
case "$*" in *--simulate*) echo hidden; exit;; esac
echo "frontend $DEBIAN_FRONTEND, needrestart $NEEDRESTART_MODE"; echo; echo "Unpacking runc" >&2`)}
	var lines []string
	require.NoError(t, apt.Install(t.Context(), []string{"runc"}, func(line string) { lines = append(lines, line) }))
	require.Equal(t, []string{"frontend noninteractive, needrestart l", "Unpacking runc"}, lines)
}

func TestApt_Install_disablesNewServices(t *testing.T) {
	const running = `case "$1" in is-active) test -e $state/running;; disable) rm $state/running;; esac`
	for name, c := range map[string]struct {
		apt, systemctl string
		before         bool
		packages       []string
		want           bool
	}{
		"started by the package":     {apt: "touch $state/running", packages: []string{"containerd"}, want: false},
		"active before":              {before: true, packages: []string{"containerd"}, want: true},
		"another package":            {apt: "touch $state/running", packages: []string{"runc"}, want: true},
		"not started by the package": {packages: []string{"containerd"}, want: false},
	} {
		t.Run(name, func(t *testing.T) {
			state := t.TempDir()
			marker := filepath.Join(state, "running")
			if c.before {
				require.NoError(t, os.WriteFile(marker, nil, 0o644))
			}
			install := `case "$*" in *--simulate*) exit;; esac` + "\n" + c.apt
			apt := Apt{
				Lock:      filepath.Join(state, "lock"),
				AptGet:    command(t, state, "apt-get", install),
				Systemctl: command(t, state, "systemctl", running),
			}
			require.NoError(t, apt.Install(t.Context(), c.packages, func(string) {}))
			_, err := os.Stat(marker)
			require.Equal(t, c.want, err == nil)
		})
	}
}

func TestApt_Install_interrupted(t *testing.T) {
	state := t.TempDir()
	apt := Apt{Lock: filepath.Join(state, "lock"), AptGet: command(t, state, "apt-get", `
case "$*" in *--simulate*) exit;; esac
trap 'echo finishing the current package; touch $state/finished; exit 100' INT
echo started; while :; do sleep 0.05; done`)}
	ctx, cancel := context.WithCancel(t.Context())
	err := apt.Install(ctx, []string{"runc"}, func(line string) {
		if line == "started" {
			cancel()
		}
	})
	require.ErrorContains(t, err, "finishing the current package")
	require.FileExists(t, filepath.Join(state, "finished"))
	require.NotContains(t, loggedCalls(t, state), "apt-get update", "no second attempt")
}

// A second process installs when the first one has finished, and not while that updates the package lists.
func TestApt_Install_oneAtATime(t *testing.T) {
	state := t.TempDir()
	apt := Apt{Lock: filepath.Join(state, "lock"), AptGet: command(t, state, "apt-get", `
case "$*" in *--simulate*) exit;; esac
mkdir $state/busy && sleep 0.2 && rmdir $state/busy`)}
	var processes errgroup.Group
	for range 3 {
		processes.Go(func() error { return apt.Install(t.Context(), []string{"runc"}, func(string) {}) })
	}
	require.NoError(t, processes.Wait(), "two at once, of which mkdir fails for one")
}
