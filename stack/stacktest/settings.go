package stacktest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config/configtest"
)

const CertificateArn = "arn:aws:acm:eu-west-1:" + AccountID + ":certificate/0a1b"

// Settings returns a stack's config with some values set.
func Settings(t *testing.T, stack string, set map[string]any) configtest.Settings {
	t.Helper()
	s, err := configtest.RepositoryStack(stack)
	require.NoError(t, err)
	for path, value := range set {
		s.Set(path, value)
	}
	return s
}

// IngressConfig is a cloud's way in, complete.
func IngressConfig(p Platform) object {
	return object{"host": "models.example.com", "certificate": map[string]string{"gke": "models", "eks": CertificateArn}[p.Stack]}
}

// ExistingNetworks is a network that a team has, on each cloud.
var ExistingNetworks = map[string]object{
	"gke": {"network": "projects/host/global/networks/shared", "subnetwork": "projects/host/regions/europe-west1/subnetworks/ml",
		"podRange": "ml-pods", "serviceRange": "ml-services"},
	"eks": {"vpc": "vpc-0a", "privateSubnets": []any{"subnet-0a", "subnet-0b"}, "publicSubnets": []any{"subnet-0d"}},
}
