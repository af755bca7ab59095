package debianimage

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseInstallation(t *testing.T) {
	for name, c := range map[string]struct {
		line, wantError string
		want            Package
	}{
		"of Debian": {
			line: "Inst zlib1g (1:1.2.13.dfsg-1 Debian:12.15/oldstable [amd64])",
			want: Package{Name: "zlib1g", Version: "1:1.2.13.dfsg-1", Architecture: "amd64"},
		},
		"of Debian's security updates": {
			line: "Inst libssl3 (3.0.22-1 Debian-Security:12/oldstable-security [amd64]) []",
			want: Package{Name: "libssl3", Version: "3.0.22-1", Architecture: "amd64"},
		},
		"of both": {
			line: "Inst six (1-1 Debian:12.15/oldstable, Debian-Security:12/oldstable-security [all])",
			want: Package{Name: "six", Version: "1-1", Architecture: "all"},
		},
		"another line": {line: "Conf zlib1g (1:1.2.13.dfsg-1 Debian:12.15/oldstable [amd64])"},
		"of another archive": {
			line: "Inst nodejs (20.1 . nodistro [amd64])",
			wantError: `package nodejs 20.1 is from ". nodistro": must be from Debian 12: give Debian's a higher priority ` +
				`(apt_preferences(5))`,
		},
		"of another release": {
			line:      "Inst six (2-1 Debian:13.1/stable [all])",
			wantError: `package six 2-1 is from "Debian:13.1/stable": must be from Debian 12: give Debian's a higher priority (apt_preferences(5))`,
		},
		"an upgrade": {
			line:      "Inst six [1-1] (2-1 Debian:12.15/oldstable [all])",
			wantError: `unexpected line of apt-get: "Inst six [1-1] (2-1 Debian:12.15/oldstable [all])"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := parseInstallation(c.line)
			if c.wantError != "" {
				require.EqualError(t, err, c.wantError)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, p)
		})
	}
}

func TestSpec_key(t *testing.T) {
	packages := []Package{{Name: "six", Version: "1-1", Architecture: "all"}}
	key := Spec{}.key(packages)
	require.Len(t, key, 16)
	require.Equal(t, key, Spec{}.key(packages))
	require.NotEqual(t, key, Spec{}.key([]Package{{Name: "six", Version: "1-2", Architecture: "all"}}))
	require.NotEqual(t, key, Spec{Links: map[string]string{"a": "b"}}.key(packages))
}

func TestPackage_fileName(t *testing.T) {
	require.Equal(t, "zlib1g_1%3a1.2.13-1_amd64.deb", Package{Name: "zlib1g", Version: "1:1.2.13-1", Architecture: "amd64"}.fileName())
}

func TestCheckHost(t *testing.T) {
	debian := "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nVERSION_ID=\"12\"\nID=debian\n"
	require.NoError(t, checkHost(debian, "amd64"))
	require.EqualError(t, checkHost(debian, "arm64"), "images from Debian packages need Debian 12 on amd64, "+
		"and this machine has Debian GNU/Linux 12 (bookworm) on arm64")
	require.EqualError(t, checkHost("PRETTY_NAME=\"Ubuntu 24.04\"\nVERSION_ID=\"24.04\"\nID=ubuntu\n", "amd64"),
		"images from Debian packages need Debian 12 on amd64, and this machine has Ubuntu 24.04 on amd64")
	require.ErrorContains(t, checkHost("", "amd64"), "and this machine has an unknown system on amd64")
}
