package hostdeps

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"

	"github.com/modelferry/modelferry/local/internal/filelock"
)

// containerdService is the systemd unit that Debian's containerd package starts when it is installed.
const containerdService = "containerd.service"

// Apt installs Debian packages.
type Apt struct {
	// AptGet is the path of apt-get.
	AptGet string
	// Systemctl is the path of systemctl, or "" if systemd does not run.
	Systemctl string
	// Lock is a file that Install and Update lock. apt-get waits for another apt-get that installs, but fails if one
	// updates the package lists.
	Lock string
}

// FindApt returns the machine's apt-get. ok is false if there is none.
func FindApt() (apt Apt, ok bool) {
	apt.AptGet = FindProgram("apt-get")
	apt.Lock = "/run/lock/modelferry-apt.lock"
	if _, err := os.Stat("/run/systemd/system"); err == nil { // as sd_booted(3) tests
		apt.Systemctl = FindProgram("systemctl")
	}
	return apt, apt.AptGet != ""
}

// Install installs packages and removes none. It must run as root. It updates the package lists if a package is not in
// them, or if the mirrors no longer serve the listed version. progress receives the output of apt-get line by line. If
// the installation starts the containerd service, it is disabled, because a node runs its own containerd.
func (a Apt) Install(ctx context.Context, packages []string, progress func(line string)) error {
	unlock, err := filelock.Lock(ctx, a.Lock)
	if err != nil {
		return err
	}
	defer unlock()
	install := append([]string{"install", "--yes", "--no-install-recommends", "--no-remove"}, packages...)
	wasActive := a.containerdActive(ctx)
	updated := false
	if a.Run(ctx, func(string) {}, append([]string{"--simulate"}, install...)...) != nil {
		if err := a.update(ctx, progress); err != nil {
			return err
		}
		updated = true
	}
	err = a.Run(ctx, progress, install...)
	if err != nil && !updated && ctx.Err() == nil {
		if err := a.update(ctx, progress); err != nil {
			return err
		}
		err = a.Run(ctx, progress, install...)
	}
	if err != nil {
		return fmt.Errorf("install %v: %w", packages, err)
	}
	if slices.Contains(packages, ProgramPackages["containerd"]) && !wasActive && a.containerdActive(ctx) {
		return a.stopContainerd(ctx, progress)
	}
	return nil
}

// Update updates the package lists. It must run as root.
func (a Apt) Update(ctx context.Context, progress func(string)) error {
	unlock, err := filelock.Lock(ctx, a.Lock)
	if err != nil {
		return err
	}
	defer unlock()
	return a.update(ctx, progress)
}

func (a Apt) update(ctx context.Context, progress func(string)) error {
	if err := a.Run(ctx, progress, "update"); err != nil {
		return fmt.Errorf("update the package lists: %w", err)
	}
	return nil
}

// Run runs apt-get without prompts and progress bars. progress receives its output line by line, and the error has the
// last line. If ctx ends, apt-get finishes the current package.
func (a Apt) Run(ctx context.Context, progress func(string), args ...string) error {
	// It waits 300 s for another apt-get, such as an unattended upgrade. With NEEDRESTART_MODE=l, needrestart lists
	// services that use a changed library, and does not restart them.
	args = append([]string{"--quiet", "--option=Dpkg::Use-Pty=0", "--option=DPkg::Lock::Timeout=300"}, args...)
	cmd := exec.CommandContext(ctx, a.AptGet, args...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive", "NEEDRESTART_MODE=l", "LC_ALL=C.UTF-8")
	// An interrupted apt-get stops after the current package; a killed one leaves half-configured packages. Because of
	// its own process group, it gets a terminal's interrupt from cmd.Cancel only, and not twice.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 2 * time.Minute
	output, outputWriter := io.Pipe()
	cmd.Stdout, cmd.Stderr = outputWriter, outputWriter
	lastLines := make(chan string, 1)
	go func() { lastLines <- forwardLines(output, progress) }()
	err := cmd.Run()
	_ = outputWriter.Close()
	if lastLine := <-lastLines; err != nil {
		return fmt.Errorf("apt-get: %w: %s", err, lastLine)
	}
	return nil
}

// forwardLines forwards non-empty lines to progress and returns the last one.
func forwardLines(from io.Reader, progress func(string)) (last string) {
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		if lines.Text() != "" {
			last = lines.Text()
			progress(last)
		}
	}
	_, _ = io.Copy(io.Discard, from) // the scanner stops at a line that is too long for it
	return last
}

func (a Apt) containerdActive(ctx context.Context) bool {
	return a.Systemctl != "" && exec.CommandContext(ctx, a.Systemctl, "is-active", "--quiet", containerdService).Run() == nil
}

func (a Apt) stopContainerd(ctx context.Context, progress func(string)) error {
	if out, err := exec.CommandContext(ctx, a.Systemctl, "disable", "--now", containerdService).CombinedOutput(); err != nil {
		return fmt.Errorf("disable %s, which its package started: %w: %s: run `systemctl disable --now %[1]s`",
			containerdService, err, out)
	}
	progress("disabled " + containerdService + ", which its package started: the node runs its own containerd")
	return nil
}
