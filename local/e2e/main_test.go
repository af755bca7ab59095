//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// TestMain brings what the run looks at the machine with: the node needs
// neither ip nor, before its first start, iptables.
func TestMain(m *testing.M) {
	for program, debian := range map[string]string{"ip": "iproute2", "iptables-save": "iptables"} {
		if _, err := exec.LookPath(program); err == nil {
			continue
		}
		fmt.Printf("installing %s for %s\n", debian, program)
		for _, args := range [][]string{{"update"}, {"install", "-y", "--no-install-recommends", debian}} {
			install := exec.Command("apt-get", args...)
			install.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
			install.Stderr = os.Stderr
			if err := install.Run(); err != nil {
				fmt.Fprintf(os.Stderr, "%s is missing, and installing %s failed: %v\n", program, debian, err)
				os.Exit(1)
			}
		}
	}
	os.Exit(m.Run())
}
