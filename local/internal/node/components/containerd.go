package components

import (
	"fmt"

	"github.com/pelletier/go-toml/v2"
)

// Containerd runs the containers, apart from a containerd that the machine may have: root, state, socket and
// CNI folders are the node's own.
func (s NodeConfig) Containerd(program string) Process {
	return Process{
		Name:    "containerd",
		Command: []string{program, "--config", ConfigDir + "/containerd.toml"},
		Env:     []string{"GOGC=50", "GOMEMLIMIT=96MiB"},
	}
}

// ContainerdOptions is what containerd must be told of the machine.
type ContainerdOptions struct {
	// Snapshotter is overlayfs, or native where the folder is itself on an overlay.
	Snapshotter string
	// PauseImage is the image of a pod's sandbox.
	PauseImage string
	// CNIPluginDir is the folder of the CNI plugins.
	CNIPluginDir string
}

// ContainerdConfig is containerd's configuration document, in the version that 1.6 to 2.x read.
func (s NodeConfig) ContainerdConfig(r ContainerdOptions) ([]byte, error) {
	type m = map[string]any
	document, err := toml.Marshal(m{
		"version": 2,
		"root":    StackDir + "/data/containerd",
		"state":   "/run/containerd-state",
		"grpc":    m{"address": ContainerdSocket},
		"debug":   m{"level": "warn"},
		// The first makes /opt/containerd on the machine, the others look for devices and file systems.
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
			// A sandbox asks for the score -998, which needs CAP_SYS_RESOURCE; containers on a machine do not
			// always have it, and runc then says "can't get final child's PID from pipe: EOF".
			"restrict_oom_score_adj": true,
			// A profile would be loaded into the machine's kernel and stay there.
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

// RegistryMirror sends every pull, whatever registry the image's name says, to the node's registry over HTTP: the node
// reaches no other, and so an image keeps the name that it has in the cloud.
func (s NodeConfig) RegistryMirror() []byte {
	return fmt.Appendf(nil, "[host.\"http://%s\"]\ncapabilities = [\"pull\", \"resolve\"]\n", s.RegistryAddress())
}
