// Package hostdeps finds what a node takes from the machine: the container runtime and its companions, which
// Debian packages, and which are not Go modules that could be built here.
package hostdeps

import (
	"os"
	"path/filepath"
	"strings"
)

// SearchPath is where programs are looked for, in a shell of root and out of it.
const SearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// ProgramPackages maps each program that a node needs to the Debian package that holds it.
var ProgramPackages = map[string]string{
	"containerd":              "containerd",
	"containerd-shim-runc-v2": "containerd",
	"runc":                    "runc",
	"iptables":                "iptables",
	"mount":                   "mount",
}

// cniPluginDirs are where distributions and the CNI project put the plugins.
var cniPluginDirs = []string{"/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni"}

// CNIPluginsPackage is the Debian package of the CNI plugins.
const CNIPluginsPackage = "containernetworking-plugins"

// FindProgram is a program's file; empty when there is none.
func FindProgram(name string) string {
	for dir := range strings.SplitSeq(SearchPath, ":") {
		file := filepath.Join(dir, name)
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return file
		}
	}
	return ""
}

// FindCNIPluginDir is the folder of the CNI plugins that the pods' network needs; empty when there is none.
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
