package config_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/config/configtest"
)

// load loads one of the repository's stacks with some values set.
func load(t *testing.T, stack string, set map[string]any) config.Config {
	t.Helper()
	c, err := tryLoad(t, stack, set)
	require.NoError(t, err)
	return c
}

// tryLoad is load for a config that may be invalid.
func tryLoad(t *testing.T, stack string, set map[string]any) (config.Config, error) {
	t.Helper()
	settings, err := configtest.RepositoryStack(stack)
	require.NoError(t, err)
	for path, value := range set {
		settings.Set(path, value)
	}
	return config.Load(settings, settings.Keys())
}

// minimalConfig returns a config with one release that sets only keys without a default.
func minimalConfig() configtest.Settings {
	s := configtest.Settings{"aws:region": "eu-west-1"}
	s.Set("cloud", "eks")
	s.Set("cluster.create.machineType", "t3.medium")
	s.Set("cluster.create.admins", []any{"arn:aws:iam::123456789012:role/platform"})
	s.Set("cluster.create.authorizedNetworks", []any{"203.0.113.0/24"})
	s.Set("fetcher.image", "registry.example/fetcher:1")
	s.Set("services.churn.artifacts.model.dest", "model.joblib")
	s.Set("releases.churn.image", "registry.example/churn:1")
	s.Set("releases.churn.artifacts.model.path", "churn/model.joblib")
	s.Set("releases.churn.artifacts.model.size", "4.1MB")
	return s
}

func TestLoad_defaults(t *testing.T) {
	c, err := config.Load(minimalConfig(), nil)
	require.NoError(t, err)
	yes, logDays := true, 90
	require.Equal(t, config.Config{
		Cloud:     config.EKS,
		Namespace: "ml-portfolio",
		Cluster: config.Cluster{Create: &config.ClusterSpec{
			Name: "modelferry", UpgradePolicy: "STANDARD", MachineType: "t3.medium", Nodes: config.NodeScaling{Min: 1, Max: 5},
			System: config.SystemNodePool{Min: 1, Max: 3}, DiskGiB: 50, LogDays: &logDays,
			Autoscaler: config.ClusterAutoscaler{Enabled: &yes, Image: "registry.k8s.io/autoscaling/cluster-autoscaler:v1.35.0"},
			Network:    config.Network{CIDR: "10.0.0.0/16"}, Admins: []string{"arn:aws:iam::123456789012:role/platform"},
			AuthorizedNetworks: []string{"203.0.113.0/24"}, DeletionProtection: &yes,
		}},
		Identity:        config.IRSA,
		AdmissionPolicy: config.AdmissionPolicy{Enabled: &yes},
		NetworkPolicy:   config.NetworkPolicy{Enabled: &yes},
		Monitoring:      config.Monitoring{Annotations: &yes, Interval: 30 * time.Second},
		GPU:             config.GPU{Enabled: &yes, MachineType: "g4dn.xlarge", Max: 3},
		Registry:        config.Registry{Create: &yes, Name: "modelferry", UntaggedDays: 30},
		Buckets: config.Buckets{AccessLogging: &yes, ColdAfterDays: 90, LogDays: 365, SoftDeleteDays: 7,
			Noncurrent: config.NoncurrentVersions{Keep: 3, Days: 90}},
		Fetcher: config.Fetcher{
			Image: "registry.example/fetcher:1", Retries: 3, Backoff: 10 * time.Second, Timeout: 5 * time.Minute,
			Resources: config.ResourceRequirements{
				Requests: config.ResourceList{CPU: "100m", Memory: "64Mi"}, Limits: config.ResourceList{CPU: "1", Memory: "256Mi"},
			},
		},
		Services: map[string]config.Service{"churn": {
			Deployment: "churn", Service: "churn-service", Port: 8000, ModelFolder: "/models", Prefix: "churn/", Path: "/churn",
			Artifacts:   map[string]config.Artifact{"model": {Bucket: "models", Dest: "model.joblib"}},
			Autoscaling: config.Autoscaling{Min: 2, Max: 3, CPU: 70, ScaleDownWindow: 5 * time.Minute},
			Health:      config.Health{Path: "/health", Startup: time.Minute},
			Metrics:     "/metrics",
		}},
		Releases: map[string]config.Release{"churn": {
			Image:     "registry.example/churn:1",
			Delivery:  "fetch",
			Artifacts: map[string]config.ArtifactRelease{"model": {Path: "churn/model.joblib", Size: "4.1MB"}},
		}},
		AWS: config.AWS{Region: "eu-west-1"},
	}, c)
}

func TestLoad_explicitZero(t *testing.T) {
	s := minimalConfig()
	s.Set("fetcher.retries", 0)
	s.Set("fetcher.backoff", "0s")
	s.Set("services.churn.autoscaling.scaleDownWindow", "0s")
	s.Set("cluster.create.deletionProtection", false)
	c, err := config.Load(s, nil)
	require.NoError(t, err)
	require.Zero(t, c.Fetcher.Retries)
	require.Zero(t, c.Fetcher.Backoff)
	require.Zero(t, c.Services["churn"].Autoscaling.ScaleDownWindow)
	require.False(t, *c.Cluster.Create.DeletionProtection)
	require.Equal(t, 5*time.Minute, c.Fetcher.Timeout, "other keys keep their defaults")
}

func TestLoad_partialObjectKeepsDefaults(t *testing.T) {
	s := minimalConfig()
	s.Set("fetcher.resources.limits.memory", "512Mi")
	s.Set("cluster.create.nodes.max", 9)
	s.Set("services.churn.autoscaling.max", 8)
	c, err := config.Load(s, nil)
	require.NoError(t, err)
	require.Equal(t, config.ResourceList{CPU: "1", Memory: "512Mi"}, c.Fetcher.Resources.Limits)
	require.Equal(t, config.NodeScaling{Min: 1, Max: 9}, c.Cluster.Create.Nodes)
	require.Equal(t, 2, c.Services["churn"].Autoscaling.Min)
	require.Equal(t, 70, c.Services["churn"].Autoscaling.CPU)
}

// pulumi config set stores a value that looks like a number as a number.
func TestLoad_numberForString(t *testing.T) {
	s := minimalConfig()
	s.Set("releases.churn.artifacts.model.version", int64(1763901234567891))
	s.Set("services.churn.resources.limits.cpu", 2)
	c, err := config.Load(s, nil)
	require.NoError(t, err)
	require.Equal(t, "1763901234567891", c.Releases["churn"].Artifacts["model"].Version)
	require.Equal(t, "2", c.Services["churn"].Resources.Limits.CPU)
}

// Object stores accept every character but controls, and so does the fetcher.
func TestLoad_invisibleCharactersInPath(t *testing.T) {
	s := minimalConfig()
	s.Set("releases.churn.artifacts.model.path", "churn/no-break\u00a0space, joiner\u200d.joblib")
	_, err := config.Load(s, nil)
	require.NoError(t, err)
}

func TestLoad_unknownKeysIgnoredWithoutKeys(t *testing.T) {
	s := minimalConfig()
	s.Set("telemetry", "on")
	_, err := config.Load(s, nil)
	require.NoError(t, err, "without keys, unknown ones are ignored")
	_, err = config.Load(s, s.Keys())
	require.ErrorContains(t, err, "modelferry:telemetry: Forbidden: unknown key")
}

func TestLoad_existingCluster(t *testing.T) {
	s := minimalConfig()
	s.Set("cluster", nil)
	s.Set("cluster.existing", "production")
	c, err := config.Load(s, nil)
	require.NoError(t, err)
	require.Nil(t, c.Cluster.Create)
	require.Equal(t, "production", c.Cluster.Name())
}
