package kubernetes

import (
	"cmp"
	"reflect"

	sdk "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/modelferry/modelferry/local/internal/provider"
)

const clusterIdentifier = "clusterIdentifier"

// clusterProperties are the provider's properties that select the cluster.
var clusterProperties = []string{"kubeconfig", "context", "cluster"}

// replaceKeysOfConfig returns the properties whose change replaces the provider, and with it every object: the
// identifier of the cluster. Without one, what selects another cluster, by the endpoint and the certificate.
// DiffConfig in https://github.com/pulumi/pulumi-kubernetes/blob/v4.25.0/provider/pkg/provider/provider.go
func replaceKeysOfConfig(oldInputs, newInputs resource.PropertyMap) ([]string, error) {
	olds, news := provider.DecodeConfig(sdk.ProviderArgs{}, oldInputs), provider.DecodeConfig(sdk.ProviderArgs{}, newInputs)
	keys := []string{"renderYamlToDirectory"}
	switch oldID, newID := olds[clusterIdentifier], news[clusterIdentifier]; {
	case oldID.HasValue() && oldID.DeepEquals(newID):
		return nil, nil
	case !oldID.IsNull() && !newID.IsNull():
		keys = append(keys, clusterIdentifier)
	}
	for _, key := range clusterProperties {
		if news[resource.PropertyKey(key)].ContainsUnknowns() {
			return append(keys, clusterProperties...), nil
		}
	}
	oldCluster, err := activeCluster(olds)
	if err != nil {
		return nil, err
	}
	newCluster, err := activeCluster(news)
	if err != nil {
		return nil, err
	}
	if oldCluster != nil && newCluster != nil && !reflect.DeepEqual(oldCluster, newCluster) {
		keys = append(keys, clusterProperties...)
	}
	return keys, nil
}

// activeCluster returns the cluster that the properties select, or nil if there is none of that name.
func activeCluster(props resource.PropertyMap) (*api.Cluster, error) {
	c, err := parseConfig(props)
	if err != nil {
		return nil, err
	}
	loader, err := clientConfig(c)
	if err != nil {
		return nil, err
	}
	config, err := loader.RawConfig()
	if err != nil {
		return nil, err
	}
	cluster := c.Cluster
	if context := config.Contexts[cmp.Or(c.Context, config.CurrentContext)]; context != nil && cluster == "" {
		cluster = context.Cluster
	}
	return config.Clusters[cluster], nil
}
