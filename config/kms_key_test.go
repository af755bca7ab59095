package config_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The region of a zonal cluster is its zone's. Keys are regional, so none has a zone.
func TestLoad_kmsKeyOfZonalCluster(t *testing.T) {
	const key = "projects/keys/locations/europe-west1/keyRings/ml/cryptoKeys/secrets"
	c := load(t, "gke", map[string]any{"cluster.location": "europe-west1-b", "cluster.create.kmsKey": key, "buckets.kmsKey": key})
	require.Equal(t, key, c.Cluster.Create.KMSKey)

	zonal := invalidCase{set: map[string]any{"cluster.location": "europe-west1-b",
		"cluster.create.kmsKey": "projects/keys/locations/europe-west1-b/keyRings/ml/cryptoKeys/secrets"}}
	require.Equal(t, []string{`modelferry:cluster.create.kmsKey: Invalid value: ` +
		`"projects/keys/locations/europe-west1-b/keyRings/ml/cryptoKeys/secrets": must be a key in europe-west1, the region of the cluster`,
	}, lines(zonal.load(t, "gke")))
}
