package components

import (
	"fmt"

	"github.com/pelletier/go-toml/v2"
)

// Containerd returns the containerd process. It has its own root, state, socket and CNI folders, so that it does not
// interfere with a containerd of the machine.
func (c NodeConfig) Containerd(program string) Process {
	return Process{
		Name:    "containerd",
		Command: []string{program, "--config", ConfigDir + "/containerd.toml"},
		Env:     []string{"GOGC=50", "GOMEMLIMIT=96MiB"},
	}
}

// ContainerdOptions are the settings of containerd that depend on the machine.
type ContainerdOptions struct {
	// Snapshotter is overlayfs, or native if the stack's folder is on an overlay file system.
	Snapshotter string
	// PauseImage is the image of the pods' sandbox.
	PauseImage string
	// CNIPluginDir is the folder of the CNI plugins.
	CNIPluginDir string
}

// ContainerdConfig returns containerd's configuration, in the format version that containerd 1.6 to 2.x read.
func (c NodeConfig) ContainerdConfig(o ContainerdOptions) ([]byte, error) {
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
			"sandbox_image": o.PauseImage,
			// A sandbox gets an OOM score of -998. That needs CAP_SYS_RESOURCE, which ferry may lack if it runs in a
			// container. runc then fails with "can't get final child's PID from pipe: EOF".
			"restrict_oom_score_adj": true,
			// An AppArmor profile would be loaded into the machine's kernel and stay there.
			"disable_apparmor": true,
			"containerd": m{
				"snapshotter":          o.Snapshotter,
				"default_runtime_name": "runc",
				"runtimes": m{"runc": m{
					"runtime_type": "io.containerd.runc.v2",
					"options":      m{"SystemdCgroup": false},
				}},
			},
			"cni":      m{"bin_dir": o.CNIPluginDir, "conf_dir": ConfigDir + "/cni"},
			"registry": m{"config_path": ConfigDir + "/registries"},
		}},
	})
	if err != nil {
		return nil, fmt.Errorf("containerd's configuration: %w", err)
	}
	return document, nil
}

// RegistryMirror returns containerd's hosts.toml that redirects every pull to the node's registry, over HTTP. The node
// cannot reach other registries, and images have the same names as on the clouds.
func (c NodeConfig) RegistryMirror() []byte {
	return fmt.Appendf(nil, "[host.\"http://%s\"]\ncapabilities = [\"pull\", \"resolve\"]\n", c.RegistryAddress())
}
