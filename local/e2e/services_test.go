//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/status"
	"github.com/modelferry/modelferry/local/internal/testmodel"
)

// models are the sizes in bytes of the three services' models, as the stack files give them.
var models = map[string]int64{"bankchurn": 4_100_000, "nlpinsight": 5_000_000, "chicagotaxi": 2_000_000}

// services returns the status of each service once each has exactly one pod, and that one serves. During a rollout
// there are more: the old pod takes its time to end.
func (c *cloud) services() map[string]status.Service {
	c.t.Helper()
	var services map[string]status.Service
	waitFor(c.t, func() error {
		listed, err := status.List(context.Background(), c.Layout)
		if err != nil {
			return err
		}
		services = map[string]status.Service{}
		for _, service := range listed {
			if len(service.Pods) != 1 || !service.Pods[0].Ready || service.Pods[0].Model == nil {
				return fmt.Errorf("%s should have one pod that serves: %+v", service.Name, service.Pods)
			}
			services[service.Name] = service
		}
		if len(services) != len(models) {
			return fmt.Errorf("there should be %d services: %+v", len(models), listed)
		}
		return nil
	})
	return services
}

// pod returns a service's only pod.
func (c *cloud) pod(service string) status.Pod {
	c.t.Helper()
	return c.services()[service].Pods[0]
}

// digests returns the SHA-256 of the model that each service serves.
func (c *cloud) digests() map[string]string {
	c.t.Helper()
	digests := map[string]string{}
	for name, service := range c.services() {
		digests[name] = service.Pods[0].Model.SHA256
	}
	return digests
}

// publishedDigests returns the SHA-256 of the models that the repository's configuration names.
func (c *cloud) publishedDigests() map[string]string {
	c.t.Helper()
	digests := map[string]string{}
	for service := range models {
		digests[service] = c.publishedModel(service).SHA256
	}
	return digests
}

// publishedModel returns the file that ferry up puts into the bucket for a service's model.
func (c *cloud) publishedModel(service string) testmodel.File {
	c.t.Helper()
	file, err := testmodel.FakeModel{Path: service + "/model.joblib", Bytes: models[service]}.Save(c.modelsDir())
	require.NoError(c.t, err)
	return file
}

// modelsDir is where ferry keeps the files that it puts into the buckets.
func (c *cloud) modelsDir() string { return filepath.Join(c.LocalDir(), "models") }
