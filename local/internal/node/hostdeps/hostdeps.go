// Package hostdeps finds the programs that a node needs from the machine, such as the container runtime, and installs
// their Debian packages. These programs cannot be built from Go modules.
package hostdeps

import (
	"os"
	"path/filepath"
	"strings"
)

// SearchPath is the PATH of the node. It has the sbin folders, which are not in every user's PATH.
const SearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// ProgramPackages maps the programs that a node needs to their Debian packages.
var ProgramPackages = map[string]string{
	"containerd":              "containerd",
	"containerd-shim-runc-v2": "containerd",
	"runc":                    "runc",
	"iptables":                "iptables",
	"ipset":                   "ipset",
	"mount":                   "mount",
}

// cniPluginDirs are the folders of CNI plugins in the distributions and in the CNI project.
var cniPluginDirs = []string{"/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni"}

// CNIPluginsPackage is the Debian package of the CNI plugins.
const CNIPluginsPackage = "containernetworking-plugins"

// FindProgram returns the path of a program, or "".
func FindProgram(name string) string {
	for dir := range strings.SplitSeq(SearchPath, ":") {
		file := filepath.Join(dir, name)
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return file
		}
	}
	return ""
}

// FindCNIPluginDir returns the folder with the CNI plugins that the pod network needs, or "".
func FindCNIPluginDir() string {
	for _, dir := range cniPluginDirs {
		complete := true
		for _, name := range []string{"ptp", "host-local", "loopback"} {
			_, err := os.Stat(filepath.Join(dir, name))
			complete = complete && err == nil
		}
		if complete {
			return dir
		}
	}
	return ""
}
