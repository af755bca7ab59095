//go:build e2e

package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
)

// exitUntrusted is the fetcher's exit code if an artifact is not what the required signer has signed.
const exitUntrusted = 9

// TestSignedModel releases models with the signatures that the stack requires. What was not signed does not start:
// neither another content nor another bundle, also if the config asks for it. The old pod serves on.
func TestSignedModel(t *testing.T) {
	forEachStack(t, func(c *cloud) {
		c.start()
		c.setStackConfig(map[string]any{"modelferry:rollout": map[string]any{"deadline": "15s"}})
		c.t.Run("key", func(t *testing.T) { testSignedByKey(c.withT(t)) })
		c.t.Run("keyless", func(t *testing.T) { testSignedKeyless(c.withT(t)) })
	})
}

func testSignedByKey(c *cloud) {
	t := c.t
	key, otherKey := newSigningKey(t), newSigningKey(t)
	signer := map[string]any{"key": key.public}
	c.setStackConfig(map[string]any{"modelferry:signatures": signer})
	earlier := c.release("bankchurn", "an earlier signed model\n", "--sign", key.file)
	_, earlierSignature := c.releasedModel("bankchurn")
	current := c.release("bankchurn", "a signed model\n", "--sign", key.file, "--deploy")
	c.requireServed("bankchurn", current.SHA256, "key")

	model, signature := c.releasedModel("bankchurn")
	c.requireForgeriesRefused("bankchurn", forgery{model, signature, signer, map[string]any{"key": otherKey.public}})

	c.putObject("models", earlierSignature, otherKey.sign(t, earlier))
	took := c.requireRollbackFails("bankchurn", current,
		fmt.Sprintf("exit code %d", exitUntrusted), earlierSignature+": signed with another key")
	c.requireServed("bankchurn", current.SHA256, "key")
	report(t, c.Stack+" a rollback to a model that another key has signed, with what was before restored", "%.1f s", took.Seconds())
}

// requireServed requires that the only pod of a service serves a model whose signature was verified at a level, in the
// fetcher's marker and in modelferry status.
func (c *cloud) requireServed(service, digest, level string) {
	c.t.Helper()
	model := c.pod(service).Model
	require.Equal(c.t, digest, model.SHA256)
	require.Equal(c.t, digest, model.Artifacts[0].SHA256)
	require.Equal(c.t, level, model.Artifacts[0].Signature)
	wanted, running := c.statusOf(service)
	require.Equal(c.t, wanted, digest, "the stack file has it")
	require.Equal(c.t, []runningModel{{digest, level}}, running)
	printed, _ := c.modelferry("status", service)
	require.Contains(c.t, printed, "signed ("+level+")")
}

// forgery is what is changed to look like a signed model.
type forgery struct {
	model object
	// signature is the path of its bundle.
	signature string
	// signer has the fields of MODEL_SIGNATURE besides the path, and otherSigner those of who has not signed the model.
	signer, otherSigner map[string]any
}

// requireForgeriesRefused has the fetcher of a service, as it is deployed, read copies of its signed model of which a
// byte was changed, and require another signer.
func (c *cloud) requireForgeriesRefused(service string, f forgery) {
	c.t.Helper()
	folder := service + "/forged/"
	content, bundle := c.readObject(f.model.path), c.readObject(f.signature)
	changed := bytes.Clone(content)
	changed[len(changed)/2] ^= 1
	c.putObject("models", folder+"same", content)
	c.putObject("models", folder+"changed", changed)
	c.putObject("models", folder+"changed.sig", changeSignature(c.t, bundle))
	digest := corev1.EnvVar{Name: "MODEL_SHA256", Value: f.model.sha256}
	changedDigest := corev1.EnvVar{Name: "MODEL_SHA256", Value: fmt.Sprintf("%x", sha256.Sum256(changed))}
	fetches := []fetch{
		{"same", "models", folder + "same", []corev1.EnvVar{digest}},
		{"changed-model", "models", folder + "changed", []corev1.EnvVar{changedDigest}},
		{"changed-model-without-digest", "models", folder + "changed", nil},
		{"changed-signature", "models", folder + "same", []corev1.EnvVar{digest, signatureEnv(c.t, f.signer, folder+"changed.sig")}},
		{"no-signature", "models", folder + "same", []corev1.EnvVar{digest, signatureEnv(c.t, f.signer, folder+"missing.sig")}},
		{"other-signer", "models", folder + "same", []corev1.EnvVar{digest, signatureEnv(c.t, f.otherSigner, f.signature)}},
	}
	results := c.fetchResults(c.createFetchPod(service, deployments[service], fetches))
	for name, want := range map[string]fetchResult{
		"same":                         {0, `"signature":"`},
		"changed-model":                {exitUntrusted, "has other content than was signed"},
		"changed-model-without-digest": {exitUntrusted, "has other content than was signed"},
		"changed-signature":            {exitUntrusted, folder + "changed.sig: "},
		"no-signature":                 {4, folder + "missing.sig"},
		"other-signer":                 {exitUntrusted, f.signature + ": signed "},
	} {
		require.Equal(c.t, want.exitCode, results[name].exitCode, "%s: %s", name, results[name].message)
		require.Contains(c.t, results[name].message, want.message, name)
	}
}

// signatureEnv returns MODEL_SIGNATURE with another signer and bundle.
func signatureEnv(t *testing.T, signer map[string]any, signature string) corev1.EnvVar {
	t.Helper()
	value, err := json.Marshal(mergeValues(signer, map[string]any{"path": signature}))
	require.NoError(t, err)
	return corev1.EnvVar{Name: "MODEL_SIGNATURE", Value: string(value)}
}

var signatureField = regexp.MustCompile(`"sig":\s*"[^"]{20}`)

// changeSignature returns a copy of a bundle with another character in the signature.
func changeSignature(t *testing.T, bundle []byte) []byte {
	t.Helper()
	field := signatureField.FindIndex(bundle)
	require.NotNil(t, field, string(bundle))
	changed := bytes.Clone(bundle)
	if last := &changed[field[1]-1]; *last == 'A' {
		*last = 'B'
	} else {
		*last = 'A'
	}
	return changed
}
