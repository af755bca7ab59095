package sandbox

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/modelferry/modelferry/local/internal/node/components"
	"github.com/modelferry/modelferry/local/internal/paths"
)

// maskedDirs are directories in which Kubernetes, containerd and CNI use fixed paths, some of them compiled in. The
// node mounts a tmpfs over them, so that it does not share these paths with the host.
var maskedDirs = []string{"/run", "/var/lib", "/var/log"}

// sysctls are kernel settings of the machine that the kubelet checks, and changes if they have other values. Files with
// the expected values are mounted over them, so that the kubelet does not change the machine. Source:
// setupKernelTunables in
// https://github.com/kubernetes/kubernetes/blob/v1.34.1/pkg/kubelet/cm/container_manager_linux.go
var sysctls = map[string]string{
	"vm/overcommit_memory":      "1",
	"vm/panic_on_oom":           "0",
	"kernel/panic":              "10",
	"kernel/panic_on_oops":      "1",
	"kernel/keys/root_maxkeys":  "1000000",
	"kernel/keys/root_maxbytes": "25000000",
}

// setupMounts sets up the file system of the node in its own mount namespace.
func setupMounts(layout paths.Layout) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("private mounts: %w", err)
	}
	// Opened before the masks are mounted, because the repository may be in one of these directories.
	binds := map[string]string{layout.Dir(): components.StackDir, filepath.Join(layout.LocalDir(), "bin"): components.BinDir}
	dirFDs := map[string]int{}
	for from := range binds {
		fd, err := unix.Open(from, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		if err != nil {
			return fmt.Errorf("open %s: %w", from, err)
		}
		defer unix.Close(fd)
		dirFDs[from] = fd
	}
	if err := unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return fmt.Errorf("mount /proc: %w", err)
	}
	for _, dir := range maskedDirs {
		if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=0755"); err != nil {
			return fmt.Errorf("mount a tmpfs at %s: %w", dir, err)
		}
	}
	for from, to := range binds {
		if err := os.MkdirAll(to, 0o755); err != nil {
			return fmt.Errorf("mount point: %w", err)
		}
		if err := unix.Mount(fmt.Sprintf("/proc/self/fd/%d", dirFDs[from]), to, "", unix.MS_BIND, ""); err != nil {
			return fmt.Errorf("mount %s at %s: %w", from, to, err)
		}
	}
	for name, value := range sysctls {
		settingFile := filepath.Join("/run/sysctls", name)
		if err := os.MkdirAll(filepath.Dir(settingFile), 0o755); err != nil {
			return fmt.Errorf("kernel setting %s: %w", name, err)
		}
		if err := os.WriteFile(settingFile, []byte(value+"\n"), 0o444); err != nil {
			return fmt.Errorf("kernel setting %s: %w", name, err)
		}
		if err := unix.Mount(settingFile, filepath.Join("/proc/sys", name), "", unix.MS_BIND, ""); err != nil {
			return fmt.Errorf("kernel setting %s: %w", name, err)
		}
	}
	return nil
}

// chooseSnapshotter returns containerd's snapshotter for dir. overlayfs does not work on an overlay file system.
func chooseSnapshotter(dir string) (string, error) {
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil {
		return "", fmt.Errorf("file system of %s: %w", dir, err)
	}
	if fs.Type == unix.OVERLAYFS_SUPER_MAGIC {
		return "native", nil
	}
	return "overlayfs", nil
}
