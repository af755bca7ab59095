package config_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/config/configtest"
)

// Each trusted root is there once, however it is written.
func TestNewFetcherSignatures(t *testing.T) {
	keyless := func(path, root string) *config.Signature {
		return &config.Signature{Path: path, Identity: "a@example.com", Issuer: "https://accounts.google.com", TrustedRoot: root}
	}
	signatures := config.NewFetcherSignatures([]config.ResolvedArtifact{
		{Signature: keyless("a.sig", `{"a": 1}`)},
		{},
		{Signature: &config.Signature{Path: "b.sig", Key: "PEM\n"}},
		{Signature: keyless("c.sig", "{\"a\":\n1}")},
		{Signature: keyless("d.sig", `{"a": 2}`)},
	})
	const first, second = "015abd7f5cc5", "7e8059f49558"
	const signer = `"identity":"a@example.com","issuer":"https://accounts.google.com","trustedRoot":"`
	require.Equal(t, config.FetcherSignatures{
		Artifacts: []string{
			`{"path":"a.sig",` + signer + first + `"}`, "", `{"path":"b.sig","key":"PEM\n"}`,
			`{"path":"c.sig",` + signer + first + `"}`, `{"path":"d.sig",` + signer + second + `"}`,
		},
		TrustedRoots: `{"` + first + `":{"a":1},"` + second + `":{"a":2}}`,
	}, signatures)
	require.Equal(t, config.FetcherSignatures{Artifacts: []string{""}}, config.NewFetcherSignatures([]config.ResolvedArtifact{{}}))
}

// paddedRoot returns a trusted root that makes TRUSTED_ROOTS a number of bytes long, with its name and its end.
func paddedRoot(t *testing.T, bytesOfVariable int) string {
	t.Helper()
	var root bytes.Buffer
	require.NoError(t, json.Compact(&root, []byte(configtest.TrustedRoot)))
	withPadding := strings.Replace(root.String(), "{", `{"padding":"",`, 1)
	fixed := len(`TRUSTED_ROOTS={"0123456789ab":}`) + 1 + len(withPadding)
	return strings.Replace(withPadding, `""`, `"`+strings.Repeat("x", bytesOfVariable-fixed)+`"`, 1)
}

func TestLoad_longTrustedRoot(t *testing.T) {
	const longest = 128 << 10
	set := func(bytesOfVariable int) map[string]any {
		return merge(keylessPolicy(), map[string]any{
			"signatures.trustedRoot": paddedRoot(t, bytesOfVariable), modelSignature: map[string]any{"path": "bankchurn/model.sig"},
			"releases.bankchurn.artifacts.dataset.signature": map[string]any{"path": "bankchurn/dataset.sig"},
		})
	}
	signatures := config.NewFetcherSignatures(workload(t, load(t, "gke", set(longest)), "bankchurn").Artifacts)
	require.Len(t, "TRUSTED_ROOTS="+signatures.TrustedRoots+"\x00", longest)
	start := func(more string) error {
		program := exec.CommandContext(t.Context(), "true")
		program.Env = []string{"TRUSTED_ROOTS=" + signatures.TrustedRoots + more}
		return program.Run()
	}
	require.NoError(t, start(""), "Linux starts a program with it")
	if os.Getpagesize() == 4<<10 { // the limit is 32 pages
		require.ErrorIs(t, start("x"), syscall.E2BIG)
	}

	_, err := tryLoad(t, "gke", set(longest+1))
	require.ErrorContains(t, err, `modelferry:releases.bankchurn: Too long: the trusted roots of its artifacts take 131073 bytes in the `+
		`variable TRUSTED_ROOTS of its fetcher, must take at most 131072: remove keys that are not valid anymore from trustedRoot`)
}

func TestLoad_longCertificate(t *testing.T) {
	certificates := strings.Repeat(configtest.Certificate, 128<<10/len(configtest.Certificate)+1)
	_, err := tryLoad(t, "gke", map[string]any{
		"signatures.certificate": certificates, modelSignature: map[string]any{"path": "bankchurn/model.sig"},
	})
	require.ErrorContains(t, err, "modelferry:releases.bankchurn: Too long: the signature of its model takes ")
	require.ErrorContains(t, err, "in the variable MODEL_SIGNATURE of its fetcher, must take at most 131072: remove certificates")
}
