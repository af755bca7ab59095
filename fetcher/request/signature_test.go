package request_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/request"
	"github.com/modelferry/modelferry/fetcher/signature"
)

// publicKey is one whose private key is not kept.
const publicKey = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEuQkBUSnibHFC1oPs329iZu1AQeWs
CMVQrXSbXK7jhuvJzVceEyeWHk69yjQgNBy06rKsEWLVTphuEMgMvdSy9g==
-----END PUBLIC KEY-----
`

func signatureJSON(t *testing.T, fields map[string]string) string {
	t.Helper()
	text, err := json.Marshal(fields)
	require.NoError(t, err)
	return string(text)
}

func TestFromEnv_invalidSignature(t *testing.T) {
	for _, tt := range []struct{ name, value, want string }{
		{"not JSON", "model.sig", "invalid MODEL_SIGNATURE: must be a JSON object"},
		{"a list", "[]", "invalid MODEL_SIGNATURE: must be a JSON object"},
		{"a misspelled field", `{"path":"s","keys":"x"}`, `unknown field "keys"`},
		{"more than an object", `{"path":"s"} {}`, "unexpected data after the JSON object"},
		{"no method", `{"path":"s"}`, "the model: signature: must have a key, a certificate, or an identity"},
		{"two methods", signatureJSON(t, map[string]string{"path": "s", "key": publicKey, "certificate": "x"}), "must have a key, a certificate, or an identity"},
		{"an identity without an issuer", `{"path":"s","identity":"a","trustedRoot":"{}"}`, "with its issuer and a trustedRoot"},
		{"an identity without a trusted root", `{"path":"s","identity":"a","issuer":"b"}`, "with its issuer and a trustedRoot"},
		{"two identities", `{"path":"s","identity":"a","identityRegexp":"a","issuer":"b","trustedRoot":"{}"}`, "an identity or an identityRegexp"},
		{"an identity and a key", signatureJSON(t, map[string]string{"path": "s", "key": publicKey, "identity": "a"}), "must have a key, a certificate"},
		{"a trusted root that is neither JSON nor a name", `{"path":"s","identity":"a","issuer":"b","trustedRoot":"sigstore"}`,
			`the model: signature: invalid trustedRoot "sigstore": must be a trusted root of Sigstore in JSON, or a name in TRUSTED_ROOTS`},
		{"no path", signatureJSON(t, map[string]string{"key": publicKey}), `the model: invalid path "" of the signature`},
		{"the path of the model", signatureJSON(t, map[string]string{"path": "bankchurn/model.joblib", "key": publicKey}), "is that of the artifact"},
		{"no key", `{"path":"s","key":"x"}`, "the model: signature: invalid key: must be a public key in PEM"},
		{"no certificate", `{"path":"s","certificate":"x"}`, "the model: signature: invalid certificate"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := request.FromEnv(env(map[string]string{"MODEL_SIGNATURE": tt.value}))
			require.ErrorContains(t, err, tt.want)
			require.Equal(t, fetcherr.InvalidConfig, fetcherr.KindOf(err))
		})
	}
	_, err := request.FromEnv(env(map[string]string{"ARTIFACTS": `[{"bucket":"b","path":"p","dest":"d","signature":{"path":"s"}}]`}))
	require.ErrorContains(t, err, "ARTIFACTS[0]: signature: must have a key, a certificate, or an identity")
}

func TestFromEnv_signature(t *testing.T) {
	value := signatureJSON(t, map[string]string{"path": "bankchurn/model.sig", "key": publicKey})
	req, err := request.FromEnv(env(map[string]string{
		"MODEL_SIGNATURE": value,
		"ARTIFACTS":       `[{"bucket":"b","path":"p","dest":"d","signature":` + value + `},{"bucket":"b","path":"q","dest":"e"}]`,
	}))
	require.NoError(t, err)
	model, other := req.Artifacts[0].Signature, req.Artifacts[1].Signature
	require.Equal(t, "bankchurn/model.sig", model.Path)
	require.Equal(t, signature.Signer{Key: publicKey}, model.Signer)
	require.Equal(t, model.SignedBy(), other.SignedBy())
	require.Len(t, model.SignedBy(), 64)
	require.Nil(t, req.Artifacts[2].Signature)
	require.Empty(t, req.Artifacts[2].Signature.SignedBy())
}

// A shared trusted root is that of each artifact, as if each had its own.
func TestFromEnv_trustedRoots(t *testing.T) {
	signature := func(root string) string {
		return signatureJSON(t, map[string]string{"path": "s", "identity": "a", "issuer": "b", "trustedRoot": root})
	}
	list := func(root string) string {
		return `[{"bucket":"b","path":"p","dest":"d","signature":` + signature(root) + `}]`
	}
	req, err := request.FromEnv(env(map[string]string{
		"MODEL_SIGNATURE": signature("sigstore"), "ARTIFACTS": list("own"), "TRUSTED_ROOTS": `{"own":{"a":1},"sigstore":{"b":2},"x":{}}`,
	}))
	require.NoError(t, err)
	require.Equal(t, `{"b":2}`, req.Artifacts[0].Signature.TrustedRoot)
	require.Equal(t, `{"a":1}`, req.Artifacts[1].Signature.TrustedRoot)
	same, err := request.FromEnv(env(map[string]string{"MODEL_SIGNATURE": signature(`{"b":2}`)}))
	require.NoError(t, err)
	require.Equal(t, same.Artifacts[0].Signature.SignedBy(), req.Artifacts[0].Signature.SignedBy())

	_, err = request.FromEnv(env(map[string]string{"TRUSTED_ROOTS": "[]"}))
	require.ErrorContains(t, err, "invalid TRUSTED_ROOTS: must be a JSON object of trusted roots by their names")
	require.Equal(t, fetcherr.InvalidConfig, fetcherr.KindOf(err))
}

func TestSignature_SignedBy(t *testing.T) {
	seen := map[string]bool{}
	for _, signer := range []signature.Signer{{Key: "a"}, {Key: "b"}, {Certificate: "a"}, {Certificate: "b"},
		{Identity: "a", Issuer: "b"}, {Identity: "a", Issuer: "c"}, {Identity: "b", Issuer: "b"}, {IdentityRegexp: "a", Issuer: "b"},
		{Identity: "a", Issuer: "b", TrustedRoot: "x"}} {
		s := &request.Signature{Signer: signer}
		require.False(t, seen[s.SignedBy()])
		seen[s.SignedBy()] = true
	}
	key := signature.Signer{Key: "a"}
	require.Equal(t, (&request.Signature{Path: "p", Signer: key}).SignedBy(), (&request.Signature{Path: "q", Signer: key}).SignedBy(),
		"a bundle may move")
}
