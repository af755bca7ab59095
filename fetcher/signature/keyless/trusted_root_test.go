package keyless_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/signature"
	"github.com/modelferry/modelferry/fetcher/signature/keyless"
	"github.com/modelferry/modelferry/fetcher/signature/keyless/sigstoretest"
)

func TestNew_invalid(t *testing.T) {
	trusted := sigstoretest.New(t).TrustedRoot(t)
	without := func(field string) []byte {
		m := fields(t, trusted)
		delete(m, field)
		text, err := json.Marshal(m)
		require.NoError(t, err)
		return text
	}
	replace := func(from, to string) []byte {
		changed := strings.ReplaceAll(compact(t, trusted), from, to)
		require.NotEqual(t, compact(t, trusted), changed)
		return []byte(changed)
	}
	for _, tt := range []struct {
		name    string
		signer  signature.Signer
		trusted []byte
		want    string
	}{
		{"no trusted root", signer, nil, "invalid trustedRoot: must be a trusted root of Sigstore in JSON"},
		{"not a trusted root", signer, []byte("{}"), "invalid trustedRoot: must be a trusted root of Sigstore in JSON"},
		{"data after it", signer, append(bytes.Clone(trusted), "{}"...), "has data after the JSON document"},
		{"another version", signer, replace("version=0.1", "version=9"), `must be "application/vnd.dev.sigstore.trustedroot+json;version=0.1"`},
		{"a misspelt field", signer, replace(`"validFor"`, `"validfro"`), `unknown field "validfro"`},
		{"a damaged certificate", signer, replace(`"rawBytes":"MII`, `"rawBytes":"AAA`), "certificateAuthorities[0]: "},
		{"a key of another algorithm", signer, replace("PKIX_ECDSA_P256_SHA_256", "PKIX_ED25519"),
			`has a publicKey of type *ecdsa.PublicKey with the keyDetails "PKIX_ED25519"`},
		{"a key of another curve", signer, replace("PKIX_ECDSA_P256_SHA_256", "PKIX_ECDSA_P384_SHA_384"), "with the keyDetails"},
		{"a key that signs another digest", signer, replace("PKIX_ECDSA_P256_SHA_256", "PKIX_ECDSA_P256_SHA_384"), "with the keyDetails"},
		{"a key that signs another digest", signer, replace("PKIX_ECDSA_P256_SHA_256", "PKIX_ECDSA_P256_SHA_384"), "with the keyDetails"},
		{"another hash", signer, replace(`"SHA2_256"`, `"SHA2_512"`), `has the hashAlgorithm "SHA2_512", must be SHA2_256`},
		{"a log without an ID", signer, replace(`"logId"`, `"checkpointKeyId"`), "must have a logId"},
		{"a log's key without limits", signer, replace(`"start"`, `"end"`), "must have a publicKey with the start of its validFor"},
		{"no authorities", signer, without("certificateAuthorities"), "must have certificateAuthorities"},
		{"no logs of certificates", signer, without("ctlogs"), "must have ctlogs"},
		{"no logs", signer, without("tlogs"), "must have tlogs"},
		{"no identity", signature.Signer{Issuer: signer.Issuer}, trusted, "must have either an identity or an identityRegexp"},
		{"two identities", signature.Signer{Identity: "a", IdentityRegexp: "a", Issuer: "b"}, trusted, "must have either an identity"},
		{"no issuer", signature.Signer{Identity: "a"}, trusted, "must have the issuer"},
		{"an invalid regular expression", signature.Signer{IdentityRegexp: ")|(", Issuer: "b"}, trusted, "invalid identityRegexp"},
	} {
		tt.signer.TrustedRoot = string(tt.trusted)
		_, err := keyless.New(tt.signer)
		require.ErrorContains(t, err, tt.want, tt.name)
	}
}

func compact(t *testing.T, document []byte) string {
	t.Helper()
	var text bytes.Buffer
	require.NoError(t, json.Compact(&text, document))
	return text.String()
}

// The certificate of a timestamp authority is not its own root: the chain has to have one.
func TestNew_authorityWithoutRoot(t *testing.T) {
	var trusted map[string]any
	require.NoError(t, json.Unmarshal(sigstoretest.New(t).TrustedRoot(t), &trusted))
	for _, one := range trusted["timestampAuthorities"].([]any) {
		chain, ok := one.(map[string]any)["certChain"].(map[string]any)
		require.True(t, ok)
		chain["certificates"] = chain["certificates"].([]any)[:1]
	}
	changed, err := json.Marshal(trusted)
	require.NoError(t, err)
	by := signer
	by.TrustedRoot = string(changed)
	_, err = keyless.New(by)
	require.ErrorContains(t, err, "timestampAuthorities[0]: has one certificate in its certChain, which is of no authority")
}
