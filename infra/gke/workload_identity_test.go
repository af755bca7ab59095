package gke_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/infra/gke"
)

func TestPrincipal_projectNumberAndPoolID(t *testing.T) {
	require.Equal(t,
		"principal://iam.googleapis.com/projects/42/locations/global/workloadIdentityPools/demo.svc.id.goog"+
			"/subject/ns/ml-portfolio/sa/bankchurn-predictor",
		gke.Principal("42", "demo", "ml-portfolio", "bankchurn-predictor"))
}

func ExampleWorkloadPool() {
	fmt.Println(gke.WorkloadPool("demo"))
	// Output: demo.svc.id.goog
}
