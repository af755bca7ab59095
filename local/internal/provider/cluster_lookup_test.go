package provider

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Clients refuse a kubeconfig whose certificate authority is no certificate.
func TestOfflineCA_certificate(t *testing.T) {
	content, err := base64.StdEncoding.DecodeString(OfflineCA)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(content))
	block, _ := pem.Decode(content)
	certificate, err := x509.ParseCertificate(block.Bytes)
	require.NoError(t, err)
	require.True(t, certificate.IsCA)
	require.True(t, certificate.NotAfter.After(time.Now().AddDate(100, 0, 0)))
}
