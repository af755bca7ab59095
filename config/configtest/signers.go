package configtest

import _ "embed"

// Signers for configs. Their private keys are not kept.
const (
	// PublicKey is in PEM.
	PublicKey = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE2kZscz2uvP/krf4f9LbxIu/0/07U
0lqFqtyUYP1x+rQxc/ZilLLvUDCh+y2paaJ4kWPZNAF6gBVS3dSp7vN01w==
-----END PUBLIC KEY-----
`
	// OtherPublicKey is in PEM.
	OtherPublicKey = `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAoDMabiQ8LAffkvaGx22BDjy5vonN4/tfuD4YTRIpMgw=
-----END PUBLIC KEY-----
`
	// Certificate is in PEM.
	Certificate = `-----BEGIN CERTIFICATE-----
MIIBhzCCAS2gAwIBAgIUEbAdhqg90UIvxhnzlD1CxWoqUSowCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNbW9kZWwgc2lnbmVyczAgFw0yNjExMjgwMTE3NDdaGA8yMTI2
MTEwNDAxMTc0N1owGDEWMBQGA1UEAwwNbW9kZWwgc2lnbmVyczBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABNpGbHM9rrz/5K3+H/S28SLv9P9O1NJaharclGD9cfq0
MXP2YpSy71AwofstqWmieJFj2TQBeoAVUt3Uqe7zdNejUzBRMB0GA1UdDgQWBBRL
eM2g8PcEC9Wf/QTHzTOFvG+CwDAfBgNVHSMEGDAWgBRLeM2g8PcEC9Wf/QTHzTOF
vG+CwDAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIQCIV2w0KtQ2
f76mL3BdVOajKPulF+JmgejomIQ3nT+OigIgLoxDvn+q8jZz53OYCGC1IL0gkwDY
7AmRaJNoP1YoGU0=
-----END CERTIFICATE-----
`
	// OtherCertificate is in PEM.
	OtherCertificate = `-----BEGIN CERTIFICATE-----
MIIBUzCCAQWgAwIBAgIUdkm+j6VS7Ib/N2kCTaeQjwVsd9MwBQYDK2VwMB4xHDAa
BgNVBAMME290aGVyIG1vZGVsIHNpZ25lcnMwIBcNMjYxMTI4MDEyMTE1WhgPMjEy
NjExMDQwMTIxMTVaMB4xHDAaBgNVBAMME290aGVyIG1vZGVsIHNpZ25lcnMwKjAF
BgMrZXADIQAcbeRDuEmF/iuu0wsNNh99H2ReF+XNG44FCwuBFlnNo6NTMFEwHQYD
VR0OBBYEFPOYVCGw3hZv4vOCJCnFeyyfBmT8MB8GA1UdIwQYMBaAFPOYVCGw3hZv
4vOCJCnFeyyfBmT8MA8GA1UdEwEB/wQFMAMBAf8wBQYDK2VwA0EAKMY0+Rc+kaCI
UtIKSSslA7m7vUHAaUdKNpit3vDtYqD9XFx8VpoxYBak5BFzA/jyvozJYXziUC6O
rCMo273QAQ==
-----END CERTIFICATE-----
`
	// Identity and Issuer are of a workflow of GitHub.
	Identity = "https://github.com/example/models/.github/workflows/train.yml@refs/heads/main"
	Issuer   = "https://token.actions.githubusercontent.com"
)

// TrustedRoot and OtherTrustedRoot are trusted roots of Sigstore in JSON, of package sigstoretest of the fetcher.
var (
	//go:embed trusted_root.json
	TrustedRoot string
	//go:embed other_trusted_root.json
	OtherTrustedRoot string
)

// Keyless returns the signer with an identity.
func Keyless() map[string]any {
	return map[string]any{"identity": Identity, "issuer": Issuer, "trustedRoot": TrustedRoot}
}
