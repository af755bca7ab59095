package stacktest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config/configtest"
)

// Settings returns the config of a stack in the repository, with some values set by path.
func Settings(t *testing.T, stack string, set map[string]any) configtest.Settings {
	t.Helper()
	s, err := configtest.RepositoryStack(stack)
	require.NoError(t, err)
	for path, value := range set {
		s.Set(path, value)
	}
	return s
}

// CertificateArn is the certificate of the EKS stack's ingress.
const CertificateArn = "arn:aws:acm:eu-west-1:" + AccountID + ":certificate/0a1b"

// IngressConfig returns a value for the config key ingress.
func IngressConfig(p Platform) map[string]any {
	return object{"host": "models.example.com", "certificate": map[string]string{"gke": "models", "eks": CertificateArn}[p.Stack]}
}

// ExistingNetworks has a value for the config key cluster.create.network.existing of each stack.
var ExistingNetworks = map[string]map[string]any{
	"gke": {
		"network": "projects/host/global/networks/shared", "subnetwork": "projects/host/regions/europe-west1/subnetworks/ml",
		"podRange": "ml-pods", "serviceRange": "ml-services",
	},
	"eks": {"vpc": "vpc-0a", "privateSubnets": []any{"subnet-0a", "subnet-0b"}, "publicSubnets": []any{"subnet-0d"}},
}
