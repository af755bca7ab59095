package signature

// Signer is whom a signature must be from: a key, certificates, or an identity. Only the fields of one of them are set.
type Signer struct {
	// Key is a public key in PEM.
	Key string `json:"key,omitempty"`
	// Certificate has the certificates in PEM to which that of the signer has to lead.
	Certificate string `json:"certificate,omitempty"`
	// Identity, or a regular expression of the whole one, and Issuer are those of the certificate of a keyless
	// signature. TrustedRoot is the trusted root of Sigstore in JSON.
	Identity       string `json:"identity,omitempty"`
	IdentityRegexp string `json:"identityRegexp,omitempty"`
	Issuer         string `json:"issuer,omitempty"`
	TrustedRoot    string `json:"trustedRoot,omitempty"`
}

// Level returns the method of the signer's signatures: LevelKey, LevelCertificate or LevelKeyless.
func (s Signer) Level() string {
	switch {
	case s.Key != "":
		return LevelKey
	case s.Certificate != "":
		return LevelCertificate
	}
	return LevelKeyless
}

// IsKeyless reports whether a field of an identity is set.
func (s Signer) IsKeyless() bool {
	return s.Identity != "" || s.IdentityRegexp != "" || s.Issuer != "" || s.TrustedRoot != ""
}

// KeyVerifier returns the verifier of a key or of certificates, or nil for an identity. keyless.NewVerifier returns
// that of every signer, with large libraries.
func (s Signer) KeyVerifier() (*Verifier, error) {
	switch s.Level() {
	case LevelKey:
		return ByKey([]byte(s.Key))
	case LevelCertificate:
		return ByCertificate([]byte(s.Certificate))
	}
	return nil, nil
}
