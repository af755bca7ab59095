package stack

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config/configtest"
	"github.com/modelferry/modelferry/stack/stacktest"
)

// platform is a cloud as the suite sees it: the same questions of each, and
// the answers that the cloud gives to them.
type platform struct {
	stack string
	// Keys of the ConfigMap for the model's bucket and path, and what else is in it.
	bucketKey, pathKey string
	env                map[string]any
	// Names of the buckets by the catalogue's names.
	buckets map[string]string
	// Registry of the images.
	registry string
	// Annotations of the service account of a Deployment.
	annotations func(deployment string) map[string]any
	// Identity of a Deployment's pods, in the cloud's terms.
	identity func(deployment string) string
	// Grant is the type of what lets an identity read, by the name's beginning.
	grant string
	// Nodes and Cluster are types of what runs the pods; Network of where.
	cluster, nodes, network string
}

var platforms = []platform{
	{
		stack: "gke", bucketKey: "GCS_BUCKET", pathKey: "GCS_MODEL_PATH",
		env:         map[string]any{"GCE_METADATA_HOST": "169.254.169.254"},
		buckets:     map[string]string{"models": "modelferry-demo-gke-models", "datasets": "modelferry-demo-gke-datasets", "access-logs": "modelferry-demo-gke-access-logs"},
		registry:    "europe-west1-docker.pkg.dev/modelferry-demo/",
		annotations: func(string) map[string]any { return nil },
		identity: func(deployment string) string {
			return "principal://iam.googleapis.com/projects/" + stacktest.ProjectNumber +
				"/locations/global/workloadIdentityPools/modelferry-demo.svc.id.goog/subject/ns/ml-portfolio/sa/" + deployment
		},
		grant:   "gcp:storage/managedFolderIamMember:ManagedFolderIamMember",
		cluster: "gcp:container/cluster:Cluster", nodes: "gcp:container/nodePool:NodePool", network: "gcp:compute/network:Network",
	},
	{
		stack: "eks", bucketKey: "S3_BUCKET", pathKey: "S3_MODEL_PATH",
		env:      map[string]any{"AWS_REGION": "eu-west-1", "AWS_EC2_METADATA_DISABLED": "true"},
		buckets:  map[string]string{"models": "123456789012-eu-west-1-eks-models", "datasets": "123456789012-eu-west-1-eks-datasets", "access-logs": "123456789012-eu-west-1-eks-access-logs"},
		registry: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/",
		annotations: func(deployment string) map[string]any {
			return map[string]any{"eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/" + deployment + "-0a1b2c3"}
		},
		identity: func(deployment string) string { return "arn:aws:iam::123456789012:role/" + deployment + "-0a1b2c3" },
		grant:    "aws:iam/rolePolicy:RolePolicy",
		cluster:  "aws:eks/cluster:Cluster", nodes: "aws:eks/nodeGroup:NodeGroup", network: "aws:ec2/vpc:Vpc",
	},
}

// grantsOf returns what lets the services' identities read.
func grantsOf(p platform, r *stacktest.Record) []stacktest.Registration {
	return slices.DeleteFunc(r.Of(p.grant), func(each stacktest.Registration) bool { return each.Name == autoscaler })
}

// settings returns a stack's config with some values set.
func settings(t *testing.T, stack string, set map[string]any) configtest.Settings {
	t.Helper()
	s, err := configtest.RepositoryStack(stack)
	require.NoError(t, err)
	for path, value := range set {
		s.Set(path, value)
	}
	return s
}

// recorded returns what the program registers on a stack with some values set.
func recorded(t *testing.T, stack string, set map[string]any) *stacktest.Record {
	t.Helper()
	return run(t, settings(t, stack, set), stack, false)
}

// run returns what the program registers in an update, or in a first preview.
// Whichever a test is about, both have run, and the plan that a person said yes
// to is what was done.
func run(t *testing.T, s configtest.Settings, stack string, preview bool) *stacktest.Record {
	t.Helper()
	both, err := runs.of(stack, s)
	require.NoError(t, err)
	require.Empty(t, both.disagreements, "the preview is not what the update does")
	if preview {
		return both.preview
	}
	return both.update
}

// onEach runs a test on every cloud, with the stacks as they lie in the
// repository, for an update and for a first preview.
func onEach(t *testing.T, test func(t *testing.T, p platform, r *stacktest.Record)) {
	t.Helper()
	for _, p := range platforms {
		for _, preview := range []bool{false, true} {
			name := p.stack + map[bool]string{false: "/up", true: "/preview"}[preview]
			t.Run(name, func(t *testing.T) { test(t, p, asCommitted(t, p.stack, preview)) })
		}
	}
}

// asCommitted returns what the program registers on a stack as it lies in the
// repository.
func asCommitted(t *testing.T, stack string, preview bool) *stacktest.Record {
	t.Helper()
	return run(t, settings(t, stack, nil), stack, preview)
}

// service is one service of WORKLOAD.md, as the cluster should see it.
type service struct {
	name, deployment, service, root string
	cpu, memory                     string
	cpuLimit, memoryLimit           string
	load, startup                   float64
	model, modelDest                string
	env                             map[string]string
}

var services = []service{
	{name: "bankchurn", deployment: "bankchurn-predictor", service: "bankchurn-service", root: "/bankchurn",
		cpu: "500m", memory: "512Mi", cpuLimit: "1", memoryLimit: "1Gi", load: 50, startup: 180,
		model: "bankchurn/model.joblib", modelDest: "/models/model.joblib"},
	{name: "chicagotaxi", deployment: "chicagotaxi-pipeline", service: "chicagotaxi-service", root: "/chicagotaxi",
		cpu: "250m", memory: "256Mi", cpuLimit: "750m", memoryLimit: "512Mi", load: 60, startup: 60,
		model: "chicagotaxi/model.joblib", modelDest: "/models/model.joblib", env: map[string]string{"PREDICTIONS_PATH": "/models/predictions"}},
	{name: "nlpinsight", deployment: "nlpinsight-analyzer", service: "nlpinsight-service", root: "/nlpinsight",
		cpu: "300m", memory: "512Mi", cpuLimit: "1", memoryLimit: "1Gi", load: 75, startup: 120,
		model: "nlpinsight/model.joblib", modelDest: "/models/model.joblib", env: map[string]string{"ARTIFACTS_DIR": "/models", "NLP_BACKEND": "tfidf"}},
}

// onEachService runs a test on every service on every cloud.
func onEachService(t *testing.T, test func(t *testing.T, p platform, s service, r *stacktest.Record)) {
	onEach(t, func(t *testing.T, p platform, r *stacktest.Record) {
		for _, s := range services {
			t.Run(s.name, func(t *testing.T) { test(t, p, s, r) })
		}
	})
}

// with returns a copy of a map with more in it.
func with(base, more map[string]any) map[string]any {
	all := maps.Clone(base)
	if all == nil {
		all = map[string]any{}
	}
	maps.Copy(all, more)
	return all
}

// isProvider tells a provider, which is of no component, from other resources.
func isProvider(r stacktest.Registration) bool { return strings.HasPrefix(r.Type, "pulumi:providers:") }
