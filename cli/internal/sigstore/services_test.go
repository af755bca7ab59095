package sigstore_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/cli/internal/sigstore"
	"github.com/modelferry/modelferry/fetcher/signature/keyless/sigstoretest"
)

func TestServices_Complete(t *testing.T) {
	trustedRoot := string(sigstoretest.New(t).TrustedRoot(t))
	services := func(fulcio, rekor string) sigstore.Services { return sigstore.Services{Fulcio: fulcio, Rekor: rekor} }
	for _, tt := range []struct {
		name        string
		given       sigstore.Services
		trustedRoot string
		at          time.Time
		want        sigstore.Services
		wantErr     string
	}{
		{"those of the trusted root", services("", ""), trustedRoot, time.Now(),
			services("https://fulcio.localhost", "https://rekor.localhost"), ""},
		{"given ones", services("https://a/b/", "http://127.0.0.1:3000"), trustedRoot, time.Now(),
			services("https://a/b", "http://127.0.0.1:3000"), ""},
		{"without TLS", services("http://example.com", ""), trustedRoot, time.Now(),
			sigstore.Services{}, `--fulcio-url: invalid URL "http://example.com": must begin with https://`},
		{"no URL", services("", "rekor"), trustedRoot, time.Now(), sigstore.Services{}, `--rekor-url: invalid URL "rekor"`},
		{"no longer valid", services("", "https://a"), trustedRoot, time.Now().Add(48 * time.Hour), sigstore.Services{},
			"the trustedRoot has 0 URLs of a certificate authority that is valid now (none): choose one with --fulcio-url"},
		{"not yet valid", services("https://a", ""), trustedRoot, time.Now().Add(-48 * time.Hour), sigstore.Services{},
			"the trustedRoot has 0 URLs of a transparency log with version 1 of the API that is valid now (none): choose one with --rekor-url"},
		{"no trusted root", services("", ""), "{}", time.Now(), sigstore.Services{}, "invalid trustedRoot"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.given.Complete([]byte(tt.trustedRoot), tt.at)
			if tt.wantErr != "" {
				require.ErrorContains(t, err, tt.wantErr)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
		})
	}
}

// A root with two logs, as the public one: the one of version 2 of the API has another kind of log ID.
func TestServices_Complete_otherLogs(t *testing.T) {
	logs := func(trustedRoot []byte) string {
		start := bytes.Index(trustedRoot, []byte(`"tlogs":[`)) + len(`"tlogs":[`)
		return string(trustedRoot[start : start+bytes.Index(trustedRoot[start:], []byte("}]"))+1])
	}
	trustedRoot := sigstoretest.New(t).TrustedRoot(t)
	first := logs(trustedRoot)
	second := strings.ReplaceAll(logs(sigstoretest.New(t).TrustedRoot(t)), "rekor.localhost", "log2025.localhost")
	with := func(other string) []byte {
		return []byte(strings.Replace(string(trustedRoot), first, first+","+other, 1))
	}

	_, err := sigstore.Services{}.Complete(with(second), time.Now())
	require.ErrorContains(t, err, "has 2 URLs of a transparency log with version 1 of the API that is valid now "+
		"(https://log2025.localhost, https://rekor.localhost): choose one with --rekor-url")

	id := second[strings.Index(second, `"keyId":"`)+len(`"keyId":"`):][:44]
	tiled := strings.Replace(second, id, "zxGZFVvd0FEmjR8WrFwMdcAJ9vtaY/QXf44Y1wUeP6A=", 1)
	got, err := sigstore.Services{}.Complete(with(tiled), time.Now())
	require.NoError(t, err)
	require.Equal(t, "https://rekor.localhost", got.Rekor)
}
