package stacktest

import (
	"testing"

	"github.com/modelferry/modelferry/config/configtest"
)

// Service is the expected state of one service in Kubernetes. The values are those that the services had before this
// project deployed them.
type Service struct {
	// Name of the service in the config, of its Deployment and of its Service.
	Name, Deployment, ServiceName string
	// RootPath is the URL path that the server expects in front of its routes.
	RootPath                  string
	CPURequest, MemoryRequest string
	CPULimit, MemoryLimit     string
	// CPUTarget is the target average utilization of the HorizontalPodAutoscaler in percent.
	CPUTarget float64
	// StartupSeconds is how long the startup probe waits.
	StartupSeconds float64
	// ModelPath is the object's path in the bucket, ModelDest the file's path in the container.
	ModelPath, ModelDest string
	// Env has the variables that not every service has.
	Env map[string]string
}

// Services are the services of the repository's stacks, sorted by name.
var Services = []Service{
	{
		Name: "bankchurn", Deployment: "bankchurn-predictor", ServiceName: "bankchurn-service", RootPath: "/bankchurn",
		CPURequest: "500m", MemoryRequest: "512Mi", CPULimit: "1", MemoryLimit: "1Gi", CPUTarget: 50, StartupSeconds: 180,
		ModelPath: "bankchurn/model.joblib", ModelDest: "/models/model.joblib",
	},
	{
		Name: "chicagotaxi", Deployment: "chicagotaxi-pipeline", ServiceName: "chicagotaxi-service", RootPath: "/chicagotaxi",
		CPURequest: "250m", MemoryRequest: "256Mi", CPULimit: "750m", MemoryLimit: "512Mi", CPUTarget: 60, StartupSeconds: 60,
		ModelPath: "chicagotaxi/model.joblib", ModelDest: "/models/model.joblib",
		Env: map[string]string{"PREDICTIONS_PATH": "/models/predictions"},
	},
	{
		Name: "nlpinsight", Deployment: "nlpinsight-analyzer", ServiceName: "nlpinsight-service", RootPath: "/nlpinsight",
		CPURequest: "300m", MemoryRequest: "512Mi", CPULimit: "1", MemoryLimit: "1Gi", CPUTarget: 75, StartupSeconds: 120,
		ModelPath: "nlpinsight/model.joblib", ModelDest: "/models/model.joblib",
		Env: map[string]string{"ARTIFACTS_DIR": "/models", "NLP_BACKEND": "tfidf"},
	},
}

// Prefixes of input paths in a Deployment.
const (
	PodSpec          = "spec.template.spec."
	FetcherContainer = PodSpec + "initContainers[0]."
	ServerContainer  = PodSpec + "containers[0]."
)

// GetDeployment returns the Deployment of a service.
func GetDeployment(t *testing.T, r *Record, s Service) Registration {
	t.Helper()
	return r.MustGet(t, "kubernetes:apps/v1:Deployment", s.Name)
}

// Digest is the SHA-256 of every artifact and image in the tested stacks.
const Digest = configtest.ExampleDigest

// StackLabels returns the labels of a stack in the repository, without a prefix.
func StackLabels(stack string) map[string]any {
	return object{"project": "modelferry", "stack": stack, "owner": "ml-platform", "cost_centre": "ml-serving"}
}
