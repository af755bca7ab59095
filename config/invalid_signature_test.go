package config_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/config/configtest"
)

const modelSignature = "releases.bankchurn.artifacts.model.signature"

// invalidSignatures are cases of invalid signatures and signers.
var invalidSignatures = []invalidCase{
	{name: "signature without a path", set: map[string]any{"signatures.key": configtest.PublicKey, modelSignature: object},
		want: []string{`modelferry:` + modelSignature + `.path: Required value: must be the path of an object in the bucket`}},
	{name: "signature of another service", set: map[string]any{"signatures.key": configtest.PublicKey,
		modelSignature: map[string]any{"path": "nlpinsight/model.sig"}},
		want: []string{`modelferry:` + modelSignature + `.path: Invalid value: "nlpinsight/model.sig": must begin with bankchurn/: ` +
			`the service's identity may read nothing else`}},
	{
		name: "signature at the path of the model",
		set: map[string]any{"signatures.key": configtest.PublicKey,
			modelSignature: map[string]any{"path": "bankchurn/model.joblib"}},
		want: []string{
			`modelferry:` + modelSignature + `.path: Invalid value: "bankchurn/model.joblib": must not be the path of the artifact`,
		},
	},
	{name: "signature without a signer", set: map[string]any{modelSignature: map[string]any{"path": "bankchurn/model.sig"}},
		want: []string{`modelferry:` + modelSignature + `.key: Required value: must be the signer's public key, or set certificate or ` +
			`identity, or modelferry:signatures.key, certificate or identity for all artifacts`}},
	{name: "signature with two signers", set: map[string]any{modelSignature: map[string]any{
		"path": "bankchurn/model.sig", "key": configtest.PublicKey, "certificate": configtest.Certificate}},
		want: []string{`modelferry:` + modelSignature + `.certificate: Forbidden: may not be set together with key: remove one of them`}},
	{name: "signature with an invalid key", set: map[string]any{modelSignature: map[string]any{"path": "bankchurn/model.sig", "key": "x"}},
		want: []string{`modelferry:` + modelSignature + `.key: Invalid value: "x": must be a public key in PEM: ECDSA of P-256, P-384 or ` +
			`P-521, or Ed25519 (BEGIN PUBLIC KEY)`}},
	{name: "signature with an invalid certificate", set: map[string]any{modelSignature: map[string]any{
		"path": "bankchurn/model.sig", "certificate": configtest.PublicKey}},
		want: []string{`modelferry:` + modelSignature + `.certificate: Invalid value: "-----BEGIN PUBLIC KEY-----…": must be one or more ` +
			`certificates in PEM (BEGIN CERTIFICATE)`}},
	{name: "policy with two signers", set: map[string]any{
		"signatures.key": configtest.PublicKey, "signatures.certificate": configtest.Certificate},
		want: []string{`modelferry:signatures.certificate: Forbidden: may not be set together with key: remove one of them`}},
	{name: "policy with an invalid key", set: map[string]any{"signatures.key": configtest.Certificate},
		want: []string{`modelferry:signatures.key: Invalid value: "-----BEGIN CERTIFICATE-----…": must be a public key in PEM: ECDSA of ` +
			`P-256, P-384 or P-521, or Ed25519 (BEGIN PUBLIC KEY)`}},
	{
		name: "policy with an invalid certificate",
		set:  map[string]any{"signatures.certificate": "x"},
		want: []string{
			`modelferry:signatures.certificate: Invalid value: "x": must be one or more certificates in PEM (BEGIN CERTIFICATE)`,
		},
	},
	{
		name: "trusted root without a log of certificates",
		set: merge(keylessPolicy(), map[string]any{"signatures.trustedRoot": `{"mediaType":` +
			`"application/vnd.dev.sigstore.trustedroot+json;version=0.1","certificateAuthorities":[{}],"tlogs":[{}]}`}),
		want: []string{
			`modelferry:signatures.trustedRoot: Invalid value: "{\"mediaType\":\"application/vnd.dev.sigstore.trustedroot+json;…": ` +
				`must be a trusted root of Sigstore in JSON: has no ctlogs`,
		},
	},
	{
		name: "signature with a key and a trusted root",
		set: map[string]any{"signatures.key": configtest.PublicKey,
			modelSignature: map[string]any{"path": "bankchurn/model.sig", "trustedRoot": configtest.TrustedRoot}},
		want: []string{
			`modelferry:` + modelSignature + `.trustedRoot: Forbidden: is for an identity: set identity and issuer, or remove it`,
		},
	},
	{name: "required signatures that are missing", set: map[string]any{"signatures.require": true, "signatures.key": configtest.PublicKey,
		modelSignature: map[string]any{"path": "bankchurn/model.sig"}, "releases.nlpinsight": nil, "releases.chicagotaxi": nil},
		want: []string{`modelferry:releases.bankchurn.artifacts.dataset.signature: Required value: must be set, because ` +
			`modelferry:signatures.require is true`}},
	{name: "a signature with csi", set: map[string]any{"releases.bankchurn.delivery": "csi", "releases.bankchurn.unverified": true,
		modelSignature: map[string]any{"path": "bankchurn/model.sig", "key": configtest.PublicKey}},
		want: []string{`modelferry:` + modelSignature + `: Forbidden: csi verifies no signature: remove it, or set delivery to fetch`}},
	{name: "required signatures with csi", set: map[string]any{"signatures.require": true, "releases.bankchurn.delivery": "csi",
		"releases.bankchurn.unverified": true, "releases.nlpinsight": nil, "releases.chicagotaxi": nil},
		want: []string{`modelferry:releases.bankchurn.delivery: Forbidden: csi verifies no signature, and ` +
			`modelferry:signatures.require is true: set it to fetch`}},
}

// invalidSigners are cases of invalid signers at a key, which has an object with what is valid.
func invalidSigners(parent string, valid map[string]any) []invalidCase {
	signed := func(signer map[string]any) map[string]any { return map[string]any{parent: merge(valid, signer)} }
	at := `modelferry:` + parent
	return []invalidCase{
		{
			name: parent + " with an identity and a key",
			set:  signed(merge(configtest.Keyless(), map[string]any{"key": configtest.PublicKey})),
			want: []string{at + `.identity: Forbidden: may not be set together with key or certificate: remove the one or the other`},
		},
		{name: parent + " with two identities", set: signed(merge(configtest.Keyless(), map[string]any{"identityRegexp": ".*"})),
			want: []string{at + `.identityRegexp: Forbidden: may not be set together with identity: remove one of them`}},
		{name: parent + " with an identity alone", set: signed(map[string]any{"identity": "a b"}), want: []string{
			at + `.identity: Invalid value: "a b": must be an e-mail address or a URI, in ASCII without spaces`,
			at + `.issuer: Required value: must be the URL of who has confirmed the identity: others can confirm the same one`,
			at + `.trustedRoot: Required value: must be the trusted root of the Sigstore whose certificate has the identity`,
		}},
		{
			name: parent + " with an issuer alone",
			set:  signed(map[string]any{"issuer": configtest.Issuer, "trustedRoot": "{}"}),
			want: []string{
				at + `.identity: Required value: must be the identity that the issuer has confirmed`,
				at + `.trustedRoot: Invalid value: "{}": must be a trusted root of Sigstore in JSON: has the mediaType ""`,
			},
		},
		{
			name: parent + " with an identity that quotes what follows",
			set:  signed(map[string]any{"identityRegexp": `\Qa`, "issuer": "https://a.example", "trustedRoot": configtest.TrustedRoot}),
			want: []string{
				at + `.identityRegexp: Invalid value: "\\Qa": must be a regular expression (https://pkg.go.dev/regexp/syntax), in ASCII without spaces`,
			},
		},
		{
			name: parent + " with an invalid identity",
			set: signed(
				map[string]any{"identityRegexp": "(", "issuer": "accounts.google.com", "trustedRoot": configtest.PublicKey},
			),
			want: []string{
				at + `.identityRegexp: Invalid value: "(": must be a regular expression (https://pkg.go.dev/regexp/syntax), in ASCII without spaces`,
				at + `.issuer: Invalid value: "accounts.google.com": must be an https:// URL`,
				at + `.trustedRoot: Invalid value: "-----BEGIN PUBLIC KEY-----…": must be a trusted root of Sigstore in JSON: ` +
					`invalid character '-' in numeric literal`,
			},
		},
	}
}

// keylessPolicy is the policy of an identity.
func keylessPolicy() map[string]any {
	policy := map[string]any{}
	for key, value := range configtest.Keyless() {
		policy["signatures."+key] = value
	}
	return policy
}

// An artifact's own signer replaces that of the stack.
func TestWorkloads_signature(t *testing.T) {
	signed := map[string]any{"path": "bankchurn/model.sig"}
	own := map[string]any{"path": "bankchurn/model.sig", "key": configtest.OtherPublicKey}
	ownIdentity := map[string]any{
		"path":           "bankchurn/model.sig",
		"identityRegexp": ".*@example.com",
		"issuer":         "https://accounts.google.com",
	}
	for _, tt := range []struct {
		name string
		set  map[string]any
		want *config.Signature
	}{
		{"none", map[string]any{"signatures.key": configtest.PublicKey}, nil},
		{"of the stack's key", map[string]any{"signatures.key": configtest.PublicKey, modelSignature: signed},
			&config.Signature{Path: "bankchurn/model.sig", Key: configtest.PublicKey}},
		{"of the stack's certificate", map[string]any{"signatures.certificate": configtest.Certificate, modelSignature: signed},
			&config.Signature{Path: "bankchurn/model.sig", Certificate: configtest.Certificate}},
		{"of its own key", map[string]any{"signatures.certificate": configtest.Certificate, modelSignature: own},
			&config.Signature{Path: "bankchurn/model.sig", Key: configtest.OtherPublicKey}},
		{"of the stack's identity", merge(keylessPolicy(), map[string]any{modelSignature: signed}), &config.Signature{
			Path: "bankchurn/model.sig", Identity: configtest.Identity, Issuer: configtest.Issuer, TrustedRoot: configtest.TrustedRoot}},
		{"of its own identity with the stack's trusted root", merge(keylessPolicy(), map[string]any{modelSignature: ownIdentity}),
			&config.Signature{Path: "bankchurn/model.sig", IdentityRegexp: ".*@example.com", Issuer: "https://accounts.google.com",
				TrustedRoot: configtest.TrustedRoot}},
		{"of its own key with the stack's identity", merge(keylessPolicy(), map[string]any{modelSignature: own}),
			&config.Signature{Path: "bankchurn/model.sig", Key: configtest.OtherPublicKey}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := workload(t, load(t, "gke", tt.set), "bankchurn")
			require.Equal(t, tt.want, w.Artifacts[0].Signature)
			require.Nil(t, w.Artifacts[1].Signature)
		})
	}
}

// A production stack has to decide.
func TestWarnings_signatures(t *testing.T) {
	production := map[string]any{"production": true, "cluster": map[string]any{"existing": "production"}}
	sign := map[string]any{"signatures.key": configtest.PublicKey, modelSignature: map[string]any{"path": "bankchurn/model.sig"}}
	only := map[string]any{"releases.nlpinsight": nil, "releases.chicagotaxi": nil}
	warning := func(names string) []string {
		return []string{`modelferry:signatures.require: nothing says who made ` + names + `: sign them and set it to true, or set it to ` +
			`false to accept that (docs/security.md, "Signed models")`}
	}
	for _, tt := range []struct {
		name string
		set  map[string]any
		want []string
	}{
		{"a stack that is not production", only, nil},
		{"production", merge(production, only), warning("bankchurn/model, bankchurn/dataset")},
		{"production with a signed model", merge(merge(production, only), sign), warning("bankchurn/dataset")},
		{"production that accepts it", merge(merge(production, only), map[string]any{"signatures.require": false}), nil},
	} {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, load(t, "gke", tt.set).Warnings()) })
	}
}
