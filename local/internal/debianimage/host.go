package debianimage

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strings"
)

// Release is the Debian release whose packages are used.
const Release = "12"

// Architecture is that of the packages and images. Debian, Go and the OCI image specification use the same name for it.
const Architecture = "amd64"

// CheckHost returns an error if this machine's apt does not have the packages of Release and Architecture.
func CheckHost() error {
	content, err := os.ReadFile("/etc/os-release") // os-release(5)
	if err != nil {
		content = nil // an unknown system
	}
	return checkHost(string(content), runtime.GOARCH)
}

func checkHost(osRelease, arch string) error {
	values := map[string]string{}
	lines := bufio.NewScanner(strings.NewReader(osRelease))
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), "=")
		values[name] = strings.Trim(value, `"'`)
	}
	if values["ID"] == "debian" && values["VERSION_ID"] == Release && arch == Architecture {
		return nil
	}
	name := values["PRETTY_NAME"]
	if name == "" {
		name = "an unknown system"
	}
	return fmt.Errorf("images from Debian packages need Debian %s on %s, and this machine has %s on %s",
		Release, Architecture, name, arch)
}
