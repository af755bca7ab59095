package keyless_test

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"net/url"
	"strings"
	"testing"
	"time"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
	"github.com/sigstore/sigstore/pkg/cryptoutils"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/signature/keyless/sigstoretest"
)

const other = "https://github.com/mallory/models/.github/workflows/train.yml@refs/heads/main"

// hostile is evidence that differs from that of the signer.
type hostile struct {
	name string
	// tiles makes an entry of version 2 to begin with.
	tiles  bool
	change func(*sigstoretest.Evidence)
	bundle func(*protobundle.Bundle)
	// want is the error, or "" if the evidence is valid. sigstore-go has to refuse the evidence, too, unless this package
	// is stricter.
	want     string
	stricter bool
}

const (
	version01 = "application/vnd.dev.sigstore.bundle+json;version=0.1"
	version02 = "application/vnd.dev.sigstore.bundle+json;version=0.2"
)

// What sigstore-go refuses is refused.
func TestNew_hostileEvidence(t *testing.T) {
	sigstore, stranger := sigstoretest.New(t), sigstoretest.New(t)
	trusted := sigstore.TrustedRoot(t)
	verifier := newVerifier(t, signer, trusted)
	for _, tt := range append(append(hostileCertificates(t), hostileEntries()...), hostileTimestamps(t, sigstore, stranger)...) {
		t.Run(tt.name, func(t *testing.T) {
			e := sigstore.Evidence()
			if tt.tiles {
				e = sigstore.TilesEvidence()
			}
			if tt.change != nil {
				tt.change(&e)
			}
			bundle := sigstore.Attest(t, statementOf(weights), e)
			if tt.bundle != nil {
				tt.bundle(bundle)
			}
			text := sigstoretest.Marshal(t, bundle)
			requireError(t, tt.want, verify(verifier, text, weights))
			if err := verifyWithSigstoreGo(t, signer, trusted, text, ""); tt.want == "" || tt.stricter {
				require.NoError(t, err)
			} else {
				require.Error(t, err)
			}
		})
	}
}

func hostileCertificates(t *testing.T) []hostile {
	t.Helper()
	issuer := func(oid int, value []byte) pkix.Extension {
		return pkix.Extension{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 57264, 1, oid}, Value: value}
	}
	der := func(text string) []byte {
		encoded, err := asn1.MarshalWithParams(text, "utf8")
		require.NoError(t, err)
		return encoded
	}
	otherName := func(name string) pkix.Extension {
		extension, err := cryptoutils.MarshalOtherNameSAN(name, true)
		require.NoError(t, err)
		return *extension
	}
	uri := func(text string) *url.URL {
		parsed, err := url.Parse(text)
		require.NoError(t, err)
		return parsed
	}
	var tests []hostile
	for _, tt := range []struct {
		name        string
		certificate func(*x509.Certificate)
		want        string
		stricter    bool
	}{
		{"for servers", func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} },
			"not from an authority of the trusted root", false},
		{"for timestamps", func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping} },
			"not from an authority of the trusted root", false},
		{"without a usage of its key", func(c *x509.Certificate) { c.ExtKeyUsage = nil },
			"its extended key usage must be codeSigning", true},
		{"for anything", func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageAny} },
			"its extended key usage must be codeSigning", true},
		{"for encryption", func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment },
			"its key usage must be digitalSignature", true},
		{"of an authority", func(c *x509.Certificate) { c.IsCA, c.BasicConstraintsValid = true, true },
			"is that of an authority", true},
		{"with an unknown critical extension", func(c *x509.Certificate) {
			unknown := pkix.Extension{Id: asn1.ObjectIdentifier{1, 2, 3}, Critical: true, Value: []byte{5, 0}}
			c.ExtraExtensions = append(c.ExtraExtensions, unknown)
		}, "not from an authority of the trusted root", false},
		{"with the signer's identity after another", func(c *x509.Certificate) { c.URIs = []*url.URL{uri(other), uri(signer.Identity)} },
			`signed by "` + other, false},
		{"with the signer's identity as an e-mail address beside another", func(c *x509.Certificate) {
			c.URIs, c.EmailAddresses = []*url.URL{uri(other)}, []string{signer.Identity}
		}, `signed by "` + other, false},
		{"with the signer's identity as a DNS name", func(c *x509.Certificate) {
			c.URIs, c.DNSNames = nil, []string{signer.Identity}
		}, "no Subject Alternative Name", false},
		{"with the signer's identity as a common name", func(c *x509.Certificate) {
			c.URIs, c.Subject = []*url.URL{uri(other)}, pkix.Name{CommonName: signer.Identity}
		}, `signed by "` + other, false},
		{"with another identity as a name of another kind", func(c *x509.Certificate) {
			c.URIs, c.ExtraExtensions = nil, append(c.ExtraExtensions, otherName("mallory!oidc.local"))
		}, `signed by "mallory!oidc.local"`, false},
		{"with the signer's identity as a name of another kind", func(c *x509.Certificate) {
			c.URIs, c.ExtraExtensions = nil, append(c.ExtraExtensions, otherName(signer.Identity))
		}, "", false},
		{"without an issuer", func(c *x509.Certificate) { c.ExtraExtensions = nil }, `confirmed by the issuer ""`, false},
		{"with the newer extension for the issuer", func(c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{issuer(8, der(signer.Issuer))}
		}, "", false},
		{"with another issuer in the newer extension", func(c *x509.Certificate) {
			c.ExtraExtensions = append(c.ExtraExtensions, issuer(8, der("https://mallory.example")))
		}, `confirmed by the issuer "https://mallory.example"`, false},
		{"with an issuer that is no DER in the newer extension", func(c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{issuer(8, []byte(signer.Issuer))}
		}, "the signing certificate: ", false},
		{"with data after the issuer", func(c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{issuer(8, append(der(signer.Issuer), 5, 0))}
		}, "trailing bytes", false},
	} {
		tests = append(tests, hostile{name: "certificate " + tt.name, change: func(e *sigstoretest.Evidence) {
			e.Certificate = tt.certificate
		}, want: tt.want, stricter: tt.stricter})
	}
	return tests
}

func hostileEntries() []hostile {
	entry := func(change func(*protorekor.TransparencyLogEntry)) func(*protobundle.Bundle) {
		return func(b *protobundle.Bundle) { change(b.VerificationMaterial.TlogEntries[0]) }
	}
	checkpoint := func(change func(string) string) func(*protobundle.Bundle) {
		return entry(func(e *protorekor.TransparencyLogEntry) {
			e.InclusionProof.Checkpoint.Envelope = change(e.InclusionProof.Checkpoint.Envelope)
		})
	}
	kind := func(kind, version string) func(*protobundle.Bundle) {
		return entry(func(e *protorekor.TransparencyLogEntry) {
			e.KindVersion = &protorekor.KindVersion{Kind: kind, Version: version}
		})
	}
	signatureTwice := func(text string) string {
		at := strings.LastIndex(text, "\n\n") + 2
		line := text[at:]
		return text + line[:len(line)-12] + "AAAAAAAAAA=\n"
	}
	const written = "is not written as the log writes it"
	body := func(from, to string) func(*sigstoretest.Evidence) {
		return func(e *sigstoretest.Evidence) {
			e.Body = func(text []byte) []byte { return bytes.Replace(text, []byte(from), []byte(to), 1) }
		}
	}
	withoutPromise := func(e *sigstoretest.Evidence) { e.Promise, e.Timestamp = false, true }
	return []hostile{
		{name: "proof without a promise, in version 0.3", change: withoutPromise},
		{name: "proof without a promise, in version 0.1", change: withoutPromise, bundle: func(b *protobundle.Bundle) {
			b.MediaType = version01
		}, want: "has no inclusionPromise"},
		{name: "promise without a proof, in version 0.2", bundle: func(b *protobundle.Bundle) {
			b.MediaType = version02
			b.VerificationMaterial.TlogEntries[0].InclusionProof = nil
		}, want: "has no inclusionProof"},
		{name: "entry of version 2 in the log of version 1", tiles: true, change: func(e *sigstoretest.Evidence) {
			e.OtherLog = true
		}, want: `is of the log "rekor.localhost - 123", must be of "rekor.localhost"`, stricter: true},
		{name: "entry of version 2 in the log of version 1, with a promise", tiles: true, change: func(e *sigstoretest.Evidence) {
			e.OtherLog, e.Promise = true, true
		}, want: "inclusionPromise of version 1"},
		{name: "entry of version 1 in the log of version 2", change: func(e *sigstoretest.Evidence) {
			withoutPromise(e)
			e.OtherLog = true
		}, want: "must have the number of its tree"},
		{name: "entry of version 1, called one of version 2", change: withoutPromise, bundle: kind("hashedrekord", "0.0.2"),
			want: "is of another signature, certificate or content", stricter: true},
		{name: "entry of version 2, called one of version 1", tiles: true, bundle: kind("dsse", "0.0.1"),
			want: `has the kindVersion "dsse 0.0.1", and is a hashedrekord 0.0.2`, stricter: true},
		{name: "body with a key twice", change: body(`"kind":`, `"kind":"rekord","kind":`), want: written, stricter: true},
		{name: "body with a key in another case", change: body(`"kind":`, `"KIND":`), want: written, stricter: true},
		{name: "body with another key", change: body(`"kind":`, `"king":1,"kind":`), want: written, stricter: true},
		{name: "body without the envelope's digest", change: body(`"envelopeHash":`, `"envelopeSize":`), want: written},
		{name: "body with another algorithm of the envelope's digest", change: body(`{"algorithm":"sha256"`, `{"algorithm":"sha255"`),
			want: "must be one of sha256"},
		{name: "body with a space", change: body(`"kind":`, `"kind": `), want: written, stricter: true},
		{name: "checkpoint of another log with the same key", tiles: true, change: func(e *sigstoretest.Evidence) {
			e.Origin = "other.localhost"
		}, want: `is of the log "other.localhost", must be of "tiles.rekor.localhost"`},
		{name: "checkpoint of version 1 with two signatures", bundle: checkpoint(signatureTwice), want: "has two signatures with one key"},
		{name: "checkpoint of version 2 with two signatures", tiles: true, bundle: checkpoint(signatureTwice),
			want: "has two signatures with one key", stricter: true},
		{name: "checkpoint of version 1 with another's signature", bundle: checkpoint(func(text string) string {
			return text + "— witness AAAAAAAAAAAA\n"
		}), want: "has more than the signature of the log"},
		{name: "checkpoint of version 2 with a witness", tiles: true, bundle: checkpoint(func(text string) string {
			return text + "— witness AAAAAAAAAAAA\n"
		})},
		{name: "checkpoint without a signature", bundle: checkpoint(func(text string) string {
			return text[:strings.LastIndex(text, "\n\n")+2]
		}), want: "is not signed by the log"},
		{name: "checkpoint of another tree", bundle: checkpoint(func(text string) string {
			return strings.Replace(text, " - 123\n", " - 124\n", 1)
		}), want: "is not signed by the log"},
		{name: "checkpoint of a smaller tree", bundle: checkpoint(func(text string) string {
			return strings.Replace(text, "\n2\n", "\n1\n", 1)
		}), want: "is not signed by the log"},
		{name: "proof of the entry before", bundle: entry(func(e *protorekor.TransparencyLogEntry) {
			e.InclusionProof.LogIndex = 0
		}), want: "inclusionProof: "},
		{name: "proof of an entry after the last one", bundle: entry(func(e *protorekor.TransparencyLogEntry) {
			e.InclusionProof.LogIndex = 2
		}), want: "inclusionProof: "},
		{name: "proof without hashes", bundle: entry(func(e *protorekor.TransparencyLogEntry) {
			e.InclusionProof.Hashes = nil
		}), want: "inclusionProof: "},
		{name: "proof with a hash too many", bundle: entry(func(e *protorekor.TransparencyLogEntry) {
			e.InclusionProof.Hashes = append(e.InclusionProof.Hashes, e.InclusionProof.Hashes[0])
		}), want: "inclusionProof: "},
		{name: "proof of a tree of one entry", bundle: entry(func(e *protorekor.TransparencyLogEntry) {
			e.InclusionProof.LogIndex, e.InclusionProof.TreeSize, e.InclusionProof.Hashes = 0, 1, nil
		}), want: "has another treeSize than its checkpoint"},
		{name: "index beside a promise", bundle: entry(func(e *protorekor.TransparencyLogEntry) { e.LogIndex++ }),
			want: "the signedEntryTimestamp is not of the log, or not of this entry"},
		{name: "later time beside a promise", bundle: entry(func(e *protorekor.TransparencyLogEntry) { e.IntegratedTime++ }),
			want: "the signedEntryTimestamp is not of the log, or not of this entry"},
		{name: "negative time", bundle: entry(func(e *protorekor.TransparencyLogEntry) { e.IntegratedTime = -e.IntegratedTime }),
			want: "must be a whole number of at least 0"},
		{name: "negative index", bundle: entry(func(e *protorekor.TransparencyLogEntry) { e.LogIndex = -1 }),
			want: "must be a whole number of at least 0"},
		{name: "log without an ID", bundle: entry(func(e *protorekor.TransparencyLogEntry) { e.LogId.KeyId = nil }),
			want: "is not in a transparency log of the trusted root"},
		{name: "version 2 with a time", tiles: true, bundle: entry(func(e *protorekor.TransparencyLogEntry) {
			e.IntegratedTime = time.Now().Unix()
		}), want: "has an integratedTime without a signedEntryTimestamp", stricter: true},
	}
}

func hostileTimestamps(t *testing.T, sigstore, stranger *sigstoretest.Sigstore) []hostile {
	t.Helper()
	use := func(from *protobundle.Bundle) func(*protobundle.Bundle) {
		return func(b *protobundle.Bundle) {
			b.VerificationMaterial.TimestampVerificationData = from.VerificationMaterial.TimestampVerificationData
		}
	}
	return []hostile{
		{name: "timestamp of another signature of the signer", tiles: true,
			bundle: use(sigstore.Attest(t, statementOf(weights), sigstore.TilesEvidence())), want: "hashed messages don't match"},
		{name: "timestamp of an unknown authority", tiles: true,
			bundle: use(stranger.Attest(t, statementOf(weights), stranger.TilesEvidence())), want: "timestamp: "},
		{name: "timestamp of an unknown authority beside a promise",
			bundle: use(stranger.Attest(t, statementOf(weights), stranger.TilesEvidence())), want: "timestamp: ", stricter: true},
		{name: "timestamp that is refused", tiles: true, bundle: func(b *protobundle.Bundle) {
			response, err := asn1.Marshal(struct{ Status struct{ Status int } }{Status: struct{ Status int }{2}})
			require.NoError(t, err)
			b.VerificationMaterial.TimestampVerificationData.Rfc3161Timestamps[0].SignedTimestamp = response
		}, want: "timestamp: "},
	}
}
