package stacktest

import (
	"strings"
	"testing"
)

// Service is one service of WORKLOAD.md, as the cluster should see it.
type Service struct {
	Name, Deployment, ServiceName, RootPath string
	CPURequest, MemoryRequest               string
	CPULimit, MemoryLimit                   string
	CPUTarget, StartupSeconds               float64
	ModelPath, ModelDest                    string
	Env                                     map[string]string
}

var Services = []Service{
	{Name: "bankchurn", Deployment: "bankchurn-predictor", ServiceName: "bankchurn-service", RootPath: "/bankchurn",
		CPURequest: "500m", MemoryRequest: "512Mi", CPULimit: "1", MemoryLimit: "1Gi", CPUTarget: 50, StartupSeconds: 180,
		ModelPath: "bankchurn/model.joblib", ModelDest: "/models/model.joblib"},
	{Name: "chicagotaxi", Deployment: "chicagotaxi-pipeline", ServiceName: "chicagotaxi-service", RootPath: "/chicagotaxi",
		CPURequest: "250m", MemoryRequest: "256Mi", CPULimit: "750m", MemoryLimit: "512Mi", CPUTarget: 60, StartupSeconds: 60,
		ModelPath: "chicagotaxi/model.joblib", ModelDest: "/models/model.joblib", Env: map[string]string{"PREDICTIONS_PATH": "/models/predictions"}},
	{Name: "nlpinsight", Deployment: "nlpinsight-analyzer", ServiceName: "nlpinsight-service", RootPath: "/nlpinsight",
		CPURequest: "300m", MemoryRequest: "512Mi", CPULimit: "1", MemoryLimit: "1Gi", CPUTarget: 75, StartupSeconds: 120,
		ModelPath: "nlpinsight/model.joblib", ModelDest: "/models/model.joblib", Env: map[string]string{"ARTIFACTS_DIR": "/models", "NLP_BACKEND": "tfidf"}},
}

const (
	PodSpec          = "spec.template.spec."
	FetcherContainer = PodSpec + "initContainers[0]."
	ServerContainer  = PodSpec + "containers[0]."
)

func GetDeployment(t *testing.T, r *Record, s Service) Registration {
	t.Helper()
	return r.MustGet(t, "kubernetes:apps/v1:Deployment", s.Name)
}

var Digest = strings.Repeat("0", 64)

func StackLabels(stack string) object {
	return object{"project": "modelferry", "stack": stack, "owner": "ml-platform", "cost_centre": "ml-serving"}
}
