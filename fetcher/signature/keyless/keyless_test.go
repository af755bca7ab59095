package keyless_test

import (
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/signature"
	"github.com/modelferry/modelferry/fetcher/signature/keyless"
	"github.com/modelferry/modelferry/fetcher/signature/keyless/sigstoretest"
)

var (
	weights = []byte("the weights of a model")
	signer  = signature.Signer{Identity: sigstoretest.Identity, Issuer: sigstoretest.Issuer}
)

func hexDigest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// statementOf returns the in-toto statement of a model of one file.
func statementOf(content []byte) []byte {
	const statement = `{"_type": "https://in-toto.io/Statement/v1", "subject": [{"name": "model", "digest": {"sha256": "ROOT"}}],
"predicateType": "https://model_signing/signature/v1.0", "predicate": {
"resources": [{"name": "model.joblib", "digest": "FILE", "algorithm": "sha256"}],
"serialization": {"method": "files", "hash_type": "sha256", "allow_symlinks": false, "ignore_paths": []}}}`
	file := sha256.Sum256(content)
	return []byte(strings.NewReplacer("ROOT", hexDigest(file[:]), "FILE", hexDigest(content)).Replace(statement))
}

// newVerifier returns the verifier of the signatures of a signer.
func newVerifier(t *testing.T, by signature.Signer, trustedRoot []byte) *signature.Verifier {
	t.Helper()
	by.TrustedRoot = string(trustedRoot)
	verifier, err := keyless.New(by)
	require.NoError(t, err)
	require.Equal(t, signature.LevelKeyless, verifier.Level())
	return verifier
}

// verify runs the whole verification of a file.
func verify(verifier *signature.Verifier, bundle, content []byte) error {
	return verifyDigest(verifier, bundle, hexDigest(content))
}

func verifyDigest(verifier *signature.Verifier, bundle []byte, sha256 string) error {
	parsed, err := signature.Parse(bundle)
	if err != nil {
		return err
	}
	manifest, err := verifier.Verify(parsed, time.Now())
	if err != nil {
		return err
	}
	return manifest.VerifyFile(signature.Digests{SHA256: sha256})
}

// Each kind of evidence is enough, for both kinds of bundles, as sigstore-go has it.
func TestNew_valid(t *testing.T) {
	sigstore := sigstoretest.New(t)
	trusted := sigstore.TrustedRoot(t)
	verifier := newVerifier(t, signer, trusted)
	both, large, largeTiles := sigstore.Evidence(), sigstore.Evidence(), sigstore.TilesEvidence()
	both.Timestamp, large.Curve, largeTiles.Curve = true, elliptic.P384(), elliptic.P384()
	requireValid := func(bundle []byte, sha256 string) {
		require.NoError(t, verify(verifier, bundle, weights))
		require.NoError(t, verifyWithSigstoreGo(t, signer, trusted, bundle, sha256))
		require.ErrorContains(t, verify(verifier, bundle, []byte("x")), "has other content than was signed")
	}
	for name, e := range map[string]sigstoretest.Evidence{
		"log of version 1": sigstore.Evidence(), "log of version 2": sigstore.TilesEvidence(), "log of version 1 and timestamp": both,
		"log of version 1, P-384": large, "log of version 2, P-384": largeTiles,
	} {
		t.Run(name, func(t *testing.T) {
			requireValid(sigstoretest.Marshal(t, sigstore.Attest(t, statementOf(weights), e)), "")
			if e.Curve == elliptic.P256() {
				requireValid(sigstoretest.Marshal(t, sigstore.SignBlob(t, weights, e)), hexDigest(weights))
			}
		})
	}
	old := sigstore.Attest(t, statementOf(weights), sigstore.Evidence())
	sigstore.WithChain(old)
	requireValid(sigstoretest.Marshal(t, old), "")
	old.MediaType = "application/vnd.dev.sigstore.bundle+json;version=0.1" // needs no inclusion proof
	old.VerificationMaterial.TlogEntries[0].InclusionProof = nil
	requireValid(sigstoretest.Marshal(t, old), "")
}

func TestNew_signer(t *testing.T) {
	sigstore := sigstoretest.New(t)
	bundle := sigstoretest.Marshal(t, sigstore.Attest(t, statementOf(weights), sigstore.Evidence()))
	person := sigstore.Evidence()
	person.Identity, person.Issuer = "eve@example.com", "https://accounts.google.com"
	ofPerson := sigstoretest.Marshal(t, sigstore.Attest(t, statementOf(weights), person))
	by := func(identity, pattern, issuer string) signature.Signer {
		return signature.Signer{Identity: identity, IdentityRegexp: pattern, Issuer: issuer}
	}
	for _, tt := range []struct {
		name   string
		signer signature.Signer
		bundle []byte
		want   string
	}{
		{"the identity", signer, bundle, ""},
		{"a person", by(person.Identity, "", person.Issuer), ofPerson, ""},
		{"a regular expression", by("", `https://github\.com/example/models/.*@refs/heads/main`, signer.Issuer), bundle, ""},
		{"a regular expression of a part", by("", `github\.com/example/models`, signer.Issuer), bundle, "must be signed by"},
		{"a regular expression with alternatives", by("", `x|.*/main`, signer.Issuer), bundle, ""},
		{"a regular expression with a beginning", by("", `https://github\.com/example|x`, signer.Issuer), bundle, "must be signed by"},
		{"another identity", by("https://github.com/example/other", "", signer.Issuer), bundle,
			`signed by "` + signer.Identity + `", confirmed by the issuer "` + signer.Issuer +
				`", must be signed by "https://github.com/example/other", confirmed by "` + signer.Issuer + `"`},
		{"the beginning of the identity", by(strings.TrimSuffix(signer.Identity, "main"), "", signer.Issuer), bundle, "must be signed by"},
		{"another issuer", by(signer.Identity, "", "https://gitlab.com"), bundle, `confirmed by "https://gitlab.com"`},
		{"a person instead of a workflow", signer, ofPerson, `signed by "eve@example.com", confirmed by the issuer`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			requireError(t, tt.want, verify(newVerifier(t, tt.signer, sigstore.TrustedRoot(t)), tt.bundle, weights))
		})
	}
}

func requireError(t *testing.T, want string, err error) {
	t.Helper()
	if want == "" {
		require.NoError(t, err)
		return
	}
	require.ErrorContains(t, err, want)
}

// Anybody can have a signature in the log: the statement of another signer is not decoded at all, and that of the right
// one takes no more memory than another file's.
func TestNew_largeStatement(t *testing.T) {
	sigstore := sigstoretest.New(t)
	statement := `{"_type":"https://in-toto.io/Statement/v1","subject":[` + strings.Repeat("{},", 600_000) + `{}]}`
	for identity, want := range map[string]string{
		signer.Identity: "has more than 1000000 JSON values", "somebody@example.com": `signed by "somebody@example.com"`,
	} {
		e := sigstore.Evidence()
		e.Identity = identity
		bundle := sigstoretest.Marshal(t, sigstore.Attest(t, []byte(statement), e))
		require.ErrorContains(t, verify(newVerifier(t, signer, sigstore.TrustedRoot(t)), bundle, weights), want)
	}
}

// What Sigstore does not write may be something that other tools act upon.
func TestNew_unknownField(t *testing.T) {
	sigstore := sigstoretest.New(t)
	text := string(sigstoretest.Marshal(t, sigstore.Attest(t, statementOf(weights), sigstore.TilesEvidence())))
	verifier := newVerifier(t, signer, sigstore.TrustedRoot(t))
	for _, field := range []string{`"kindVersion"`, `"treeSize"`, `"rfc3161Timestamps"`, `"tlogEntries"`} {
		changed := strings.Replace(text, field, `"other":1,`+field, 1)
		require.NotEqual(t, text, changed)
		require.ErrorContains(t, verify(verifier, []byte(changed), weights), `unknown field "other"`, field)
	}
}

// A number in another form is another text for the same bundle.
func TestNew_numbers(t *testing.T) {
	sigstore := sigstoretest.New(t)
	text := string(sigstoretest.Marshal(t, sigstore.Attest(t, statementOf(weights), sigstore.TilesEvidence())))
	verifier := newVerifier(t, signer, sigstore.TrustedRoot(t))
	for _, number := range []string{`"02"`, `"+2"`, `"-2"`, `" 2"`, `"2.0"`, `2`} {
		changed := strings.Replace(text, `"treeSize":"2"`, `"treeSize":`+number, 1)
		require.NotEqual(t, text, changed)
		require.ErrorContains(t, verify(verifier, []byte(changed), weights), "log entry: ", number)
	}
}

func TestNew_otherTrustedRoot(t *testing.T) {
	sigstore, stranger := sigstoretest.New(t), sigstoretest.New(t)
	bundle := sigstoretest.Marshal(t, sigstore.Attest(t, statementOf(weights), sigstore.Evidence()))
	require.ErrorContains(t, verify(newVerifier(t, signer, stranger.TrustedRoot(t)), bundle, weights), "is not in a transparency log")
	for field, want := range map[string]string{
		"certificateAuthorities": "not from an authority of the trusted root",
		"ctlogs":                 "is not in a certificate transparency log",
		"tlogs":                  "is not in a transparency log",
	} {
		mixed := withField(t, sigstore.TrustedRoot(t), field, stranger.TrustedRoot(t))
		require.ErrorContains(t, verify(newVerifier(t, signer, mixed), bundle, weights), want, field)
	}
}

// withField returns a document with a field of another one.
func withField(t *testing.T, document []byte, field string, other []byte) []byte {
	t.Helper()
	mixed := fields(t, document)
	mixed[field] = fields(t, other)[field]
	text, err := json.Marshal(mixed)
	require.NoError(t, err)
	return text
}

func fields(t *testing.T, document []byte) map[string]json.RawMessage {
	t.Helper()
	var m map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(document, &m))
	return m
}

func TestNew_otherMethods(t *testing.T) {
	sigstore := sigstoretest.New(t)
	bundle := sigstore.Attest(t, []byte(strings.Replace(string(statementOf(weights)), "model_signing", "other", 1)), sigstore.Evidence())
	verifier := newVerifier(t, signer, sigstore.TrustedRoot(t))
	require.ErrorContains(t, verify(verifier, sigstoretest.Marshal(t, bundle), weights), "has the predicate type")
}
