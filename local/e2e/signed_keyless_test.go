//go:build e2e

package e2e

import (
	"github.com/modelferry/modelferry/fetcher/signature/keyless/sigstoretest"
)

// testSignedKeyless releases a model that the identity of a CI job has signed, by a Sigstore on this machine. The pods
// verify it with the trusted root of the stack, and reach no Sigstore.
func testSignedKeyless(c *cloud) {
	t := c.t
	sigstore := sigstoretest.New(t)
	sigstore.Serve(t)
	t.Setenv("SIGSTORE_ID_TOKEN", "")
	for name, value := range sigstore.GitHubJob() {
		t.Setenv(name, value)
	}
	signer := map[string]any{
		"identity": sigstoretest.Identity, "issuer": sigstoretest.Issuer, "trustedRoot": string(sigstore.TrustedRoot(t)),
	}
	c.setStackConfig(map[string]any{"modelferry:signatures": signer})
	released := c.release("bankchurn", "a model that a job has signed\n", "--sign-keyless", "--deploy")
	c.requireServed("bankchurn", released.SHA256, "keyless")

	model, signature := c.releasedModel("bankchurn")
	other := mergeValues(signer, map[string]any{"identity": "https://github.com/example/other"})
	c.requireForgeriesRefused("bankchurn", forgery{model, signature, signer, other})
}
