package keyless_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"
	"time"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/signature"
	"github.com/modelferry/modelferry/fetcher/signature/keyless"
	"github.com/modelferry/modelferry/fetcher/signature/keyless/sigstoretest"
)

var (
	weights = []byte("the weights of a model")
	signer  = keyless.Signer{Identity: sigstoretest.Identity, Issuer: sigstoretest.Issuer}
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
func newVerifier(t *testing.T, by keyless.Signer, trustedRoot []byte) *signature.Verifier {
	t.Helper()
	verifier, err := keyless.New(by, trustedRoot)
	require.NoError(t, err)
	require.Equal(t, signature.LevelKeyless, verifier.Level())
	return verifier
}

// verify runs the whole verification of a file.
func verify(verifier *signature.Verifier, bundle, content []byte) error {
	parsed, err := signature.Parse(bundle)
	if err != nil {
		return err
	}
	manifest, err := verifier.Verify(parsed, time.Now())
	if err != nil {
		return err
	}
	return manifest.VerifyFile(signature.Digests{SHA256: hexDigest(content)})
}

// Each kind of evidence is enough, for both kinds of bundles.
func TestNew_valid(t *testing.T) {
	sigstore := sigstoretest.New(t)
	verifier := newVerifier(t, signer, sigstore.TrustedRoot(t))
	both := sigstore.Evidence()
	both.Timestamp = true
	for name, e := range map[string]sigstoretest.Evidence{
		"log of version 1": sigstore.Evidence(), "log of version 2": sigstore.TilesEvidence(), "log of version 1 and timestamp": both,
	} {
		t.Run(name, func(t *testing.T) {
			for _, bundle := range [][]byte{
				sigstoretest.Marshal(t, sigstore.Attest(t, statementOf(weights), e)),
				sigstoretest.Marshal(t, sigstore.SignBlob(t, weights, e)),
			} {
				require.NoError(t, verify(verifier, bundle, weights))
				require.ErrorContains(t, verify(verifier, bundle, []byte("x")), "has other content than was signed")
			}
		})
	}
	old := sigstore.Attest(t, statementOf(weights), sigstore.Evidence())
	sigstore.WithChain(old)
	require.NoError(t, verify(verifier, sigstoretest.Marshal(t, old), weights))
	old.MediaType = "application/vnd.dev.sigstore.bundle+json;version=0.1" // needs no inclusion proof
	old.VerificationMaterial.TlogEntries[0].InclusionProof = nil
	require.NoError(t, verify(verifier, sigstoretest.Marshal(t, old), weights))
}

func TestNew_signer(t *testing.T) {
	sigstore := sigstoretest.New(t)
	bundle := sigstoretest.Marshal(t, sigstore.Attest(t, statementOf(weights), sigstore.Evidence()))
	person := sigstore.Evidence()
	person.Identity, person.Issuer = "eve@example.com", "https://accounts.google.com"
	ofPerson := sigstoretest.Marshal(t, sigstore.Attest(t, statementOf(weights), person))
	by := func(identity, pattern, issuer string) keyless.Signer {
		return keyless.Signer{Identity: identity, IdentityRegexp: pattern, Issuer: issuer}
	}
	for _, tt := range []struct {
		name   string
		signer keyless.Signer
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

func TestNew_refusedEvidence(t *testing.T) {
	sigstore, stranger := sigstoretest.New(t), sigstoretest.New(t)
	verifier := newVerifier(t, signer, sigstore.TrustedRoot(t))
	const notLogged, noTime = "is not in a transparency log of the trusted root", "says when the signature was made"
	const notIssued = "not from an authority of the trusted root, or was not valid when the signature was made"
	const noSCT = "is not in a certificate transparency log of the trusted root"
	for _, tt := range []struct {
		name   string
		change func(*sigstoretest.Evidence)
		bundle func(*protobundle.Bundle)
		want   string
	}{
		{name: "certificate in no log", change: func(e *sigstoretest.Evidence) { e.CTLog = nil }, want: noSCT},
		{name: "certificate in the log of another Sigstore", change: func(e *sigstoretest.Evidence) { e.CTLog = stranger }, want: noSCT},
		{name: "another certificate in the log", change: func(e *sigstoretest.Evidence) { e.OtherCertificate = true }, want: noSCT},
		{name: "certificate expired before the log's time",
			change: func(e *sigstoretest.Evidence) { e.Issued = e.Issued.Add(-20 * time.Minute) },
			want:   "integrated time outside certificate validity"},
		{name: "certificate valid after the log's time",
			change: func(e *sigstoretest.Evidence) { e.Issued = e.Issued.Add(20 * time.Minute) },
			want:   "integrated time outside certificate validity"},
		{name: "certificate expired before the timestamp", change: func(e *sigstoretest.Evidence) {
			*e = sigstore.TilesEvidence()
			e.Issued = e.Issued.Add(-20 * time.Minute)
		}, want: notIssued},
		{name: "no inclusion proof",
			change: func(e *sigstoretest.Evidence) { e.Proof = false }, want: "inclusion proof missing in bundle"},
		{name: "no inclusion proof of version 2", change: func(e *sigstoretest.Evidence) {
			*e = sigstore.TilesEvidence()
			e.Proof = false
		}, want: "inclusion proof missing in bundle"},
		{name: "no time", change: func(e *sigstoretest.Evidence) { e.Promise = false }, want: noTime},
		{name: "no log entry", bundle: func(b *protobundle.Bundle) { b.VerificationMaterial.TlogEntries = nil }, want: "no tlogEntries"},
		{name: "no evidence of the log", bundle: func(b *protobundle.Bundle) {
			b.MediaType = "application/vnd.dev.sigstore.bundle+json;version=0.2"
			b.VerificationMaterial.TlogEntries[0].InclusionPromise, b.VerificationMaterial.TlogEntries[0].InclusionProof = nil, nil
		}, want: "inclusion proof missing in bundle"},
		{name: "entry twice", bundle: func(b *protobundle.Bundle) {
			b.VerificationMaterial.TlogEntries = append(b.VerificationMaterial.TlogEntries, b.VerificationMaterial.TlogEntries[0])
		}, want: "has 2 entries of transparency logs"},
		{name: "entry of another signature", bundle: func(b *protobundle.Bundle) {
			b.VerificationMaterial.TlogEntries =
				sigstore.Attest(t, statementOf(weights), sigstore.Evidence()).VerificationMaterial.TlogEntries
		}, want: notLogged},
		{name: "entry of the log of another Sigstore", bundle: func(b *protobundle.Bundle) {
			b.VerificationMaterial.TlogEntries =
				stranger.Attest(t, statementOf(weights), sigstore.Evidence()).VerificationMaterial.TlogEntries
		}, want: notLogged},
		{name: "certificate of another signature", bundle: func(b *protobundle.Bundle) {
			b.VerificationMaterial.Content = sigstore.Attest(t, statementOf(weights), sigstore.Evidence()).VerificationMaterial.Content
		}, want: notLogged},
		{name: "timestamp of another signature",
			change: func(e *sigstoretest.Evidence) { e.Timestamp = true }, bundle: func(b *protobundle.Bundle) {
				b.VerificationMaterial.TimestampVerificationData =
					sigstore.Attest(t, statementOf(weights), sigstore.TilesEvidence()).VerificationMaterial.TimestampVerificationData
			}, want: "timestamp: "},
		{name: "large entry", bundle: func(b *protobundle.Bundle) {
			b.VerificationMaterial.TlogEntries[0].CanonicalizedBody = make([]byte, 16<<10+1)
		}, want: "has a log entry of 16385 bytes, must have at most 16384"},
		{name: "large timestamp", bundle: func(b *protobundle.Bundle) {
			b.VerificationMaterial.TimestampVerificationData = timestamps(1, 16<<10+1)
		}, want: "has a timestamp of 16385 bytes, must have at most 16384"},
		{name: "many timestamps", bundle: func(b *protobundle.Bundle) {
			b.VerificationMaterial.TimestampVerificationData = timestamps(5, 1)
		}, want: "has 5 timestamps, must have at most 4"},
		{name: "another certificate in the chain", bundle: func(b *protobundle.Bundle) {
			stranger.WithChain(b)
		}, want: "that is not of the trusted root"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := sigstore.Evidence()
			if tt.change != nil {
				tt.change(&e)
			}
			bundle := sigstore.Attest(t, statementOf(weights), e)
			if tt.bundle != nil {
				tt.bundle(bundle)
			}
			require.ErrorContains(t, verify(verifier, sigstoretest.Marshal(t, bundle), weights), tt.want)
		})
	}
}

func timestamps(n, size int) *protobundle.TimestampVerificationData {
	data := &protobundle.TimestampVerificationData{}
	for range n {
		data.Rfc3161Timestamps = append(data.Rfc3161Timestamps, &protocommon.RFC3161SignedTimestamp{SignedTimestamp: make([]byte, size)})
	}
	return data
}

// A retired key of a log may have leaked: it must not vouch for signatures that were made after its validity.
func TestNew_keyOfLogNotValid(t *testing.T) {
	sigstore := sigstoretest.New(t)
	var trusted map[string]any
	require.NoError(t, json.Unmarshal(sigstore.TrustedRoot(t), &trusted))
	log, ok := trusted["tlogs"].([]any)[0].(map[string]any)
	require.True(t, ok)
	key, ok := log["publicKey"].(map[string]any)
	require.True(t, ok)
	key["validFor"] = map[string]any{"start": "2020-01-01T00:00:00Z", "end": "2021-01-01T00:00:00Z"}
	changed, err := json.Marshal(trusted)
	require.NoError(t, err)
	for name, e := range map[string]sigstoretest.Evidence{"version 1": sigstore.Evidence(), "version 2": sigstore.TilesEvidence()} {
		bundle := sigstoretest.Marshal(t, sigstore.Attest(t, statementOf(weights), e))
		require.NoError(t, verify(newVerifier(t, signer, sigstore.TrustedRoot(t)), bundle, weights), name)
		require.Error(t, verify(newVerifier(t, signer, changed), bundle, weights), name)
	}
}

// Anybody can have a signature in the log: the statement of another signer takes no more memory than that of the right
// one may.
func TestNew_largeStatementOfAnotherSigner(t *testing.T) {
	sigstore := sigstoretest.New(t)
	e := sigstore.Evidence()
	e.Identity = "somebody@example.com"
	statement := `{"_type":"https://in-toto.io/Statement/v1","subject":[` + strings.Repeat("{},", 600_000) + `{}]}`
	bundle := sigstoretest.Marshal(t, sigstore.Attest(t, []byte(statement), e))
	err := verify(newVerifier(t, signer, sigstore.TrustedRoot(t)), bundle, weights)
	require.ErrorContains(t, err, "has more than 1000000 JSON values")
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
		mixed, other := fields(t, sigstore.TrustedRoot(t)), fields(t, stranger.TrustedRoot(t))
		mixed[field] = other[field]
		text, err := json.Marshal(mixed)
		require.NoError(t, err)
		require.ErrorContains(t, verify(newVerifier(t, signer, text), bundle, weights), want, field)
	}
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

func TestNew_invalid(t *testing.T) {
	trusted := sigstoretest.New(t).TrustedRoot(t)
	without := func(field string) []byte {
		m := fields(t, trusted)
		delete(m, field)
		text, err := json.Marshal(m)
		require.NoError(t, err)
		return text
	}
	for _, tt := range []struct {
		name    string
		signer  keyless.Signer
		trusted []byte
		want    string
	}{
		{"no trusted root", signer, nil, "invalid trustedRoot: must be a trusted root of Sigstore in JSON"},
		{"not a trusted root", signer, []byte("{}"), "invalid trustedRoot: must be a trusted root of Sigstore in JSON"},
		{"no authorities", signer, without("certificateAuthorities"), "must have certificateAuthorities"},
		{"no logs of certificates", signer, without("ctlogs"), "must have ctlogs"},
		{"no logs", signer, without("tlogs"), "must have tlogs"},
		{"no identity", keyless.Signer{Issuer: signer.Issuer}, trusted, "must have either an identity or an identityRegexp"},
		{"two identities", keyless.Signer{Identity: "a", IdentityRegexp: "a", Issuer: "b"}, trusted, "must have either an identity"},
		{"no issuer", keyless.Signer{Identity: "a"}, trusted, "must have the issuer"},
		{"an invalid regular expression", keyless.Signer{IdentityRegexp: ")|(", Issuer: "b"}, trusted, "invalid identityRegexp"},
	} {
		_, err := keyless.New(tt.signer, tt.trusted)
		require.ErrorContains(t, err, tt.want, tt.name)
	}
}
