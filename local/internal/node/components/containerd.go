package components

import (
	"fmt"

	"github.com/pelletier/go-toml/v2"
)

// Containerd returns the containerd process. Root, state, socket and CNI folders are the node's, so that it
// does not interfere with a containerd of the machine.
func (s NodeConfig) Containerd(program string) Process {
	return Process{
		Name:    "containerd",
		Command: []string{program, "--config", ConfigDir + "/containerd.toml"},
		Env:     []string{"GOGC=50", "GOMEMLIMIT=96MiB"},
	}
}

// ContainerdOptions are the settings of containerd that depend on the machine.
type ContainerdOptions struct {
	// Snapshotter is overlayfs, or native if the folder is on an overlay.
	Snapshotter string
	// PauseImage is the image of the pods' sandbox.
	PauseImage string
	// CNIPluginDir is the folder of the CNI plugins.
	CNIPluginDir string
}

// ContainerdConfig returns containerd's configuration in the version that 1.6 to 2.x read.
func (s NodeConfig) ContainerdConfig(r ContainerdOptions) ([]byte, error) {
	type m = map[string]any
	document, err := toml.Marshal(m{
		"version": 2,
		"root":    StackDir + "/data/containerd",
		"state":   "/run/containerd-state",
		"grpc":    m{"address": ContainerdSocket},
		"debug":   m{"level": "warn"},
		// The first plugin creates /opt/containerd on the machine, the others probe for devices and file
		// systems.
		"disabled_plugins": []string{
			"io.containerd.internal.v1.opt",
			"io.containerd.snapshotter.v1.aufs",
			"io.containerd.snapshotter.v1.btrfs",
			"io.containerd.snapshotter.v1.devmapper",
			"io.containerd.snapshotter.v1.zfs",
			"io.containerd.tracing.processor.v1.otlp",
			"io.containerd.internal.v1.tracing",
		},
		"plugins": m{"io.containerd.grpc.v1.cri": m{
			"sandbox_image": r.PauseImage,
			// A sandbox's score of -998 needs CAP_SYS_RESOURCE, which containers do not always have. runc
			// then fails with "can't get final child's PID from pipe: EOF".
			"restrict_oom_score_adj": true,
			// An AppArmor profile would be loaded into the machine's kernel and stay there.
			"disable_apparmor": true,
			"containerd": m{
				"snapshotter":          r.Snapshotter,
				"default_runtime_name": "runc",
				"runtimes": m{"runc": m{
					"runtime_type": "io.containerd.runc.v2",
					"options":      m{"SystemdCgroup": false},
				}},
			},
			"cni":      m{"bin_dir": r.CNIPluginDir, "conf_dir": ConfigDir + "/cni"},
			"registry": m{"config_path": ConfigDir + "/registries"},
		}},
	})
	if err != nil {
		return nil, fmt.Errorf("containerd's configuration: %w", err)
	}
	return document, nil
}

// RegistryMirror redirects every pull to the node's registry over HTTP. The node reaches no other registry,
// and images keep the names that they have on the clouds.
func (s NodeConfig) RegistryMirror() []byte {
	return fmt.Appendf(nil, "[host.\"http://%s\"]\ncapabilities = [\"pull\", \"resolve\"]\n", s.RegistryAddress())
}
