package gke_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/infra/gke"
)

func TestPrincipalHasTheProjectsNumberAndThePoolsID(t *testing.T) {
	require.Equal(t,
		"principal://iam.googleapis.com/projects/42/locations/global/workloadIdentityPools/demo.svc.id.goog/subject/ns/ml-portfolio/sa/bankchurn-predictor",
		gke.Principal("42", "demo", "ml-portfolio", "bankchurn-predictor"))
}
