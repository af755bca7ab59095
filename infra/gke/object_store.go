package gke

import (
	"slices"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// metadataServer is the host of the GKE metadata server, which issues the pods' access tokens.
const metadataServer = "169.254.169.254"

// metadataServerEndpoints are the metadata server's addresses in a network policy: with Dataplane V2, and with Calico
// on an existing cluster.
// https://cloud.google.com/kubernetes-engine/docs/how-to/network-policy#network-policy-and-workload-identity
var metadataServerEndpoints = []string{metadataServer + ":80", "169.254.169.252:988"}

// objectStore returns the fetcher's settings for Cloud Storage.
func objectStore(endpoints config.Endpoints) (infra.ObjectStore, error) {
	egress, err := infra.EgressEndpoints(endpoints.Storage)
	if err != nil {
		return infra.ObjectStore{}, err
	}
	// With this variable the SDK does not probe for the metadata server. The probe fails on a new pod,
	// and the SDK caches the result.
	env := map[string]string{"GCE_METADATA_HOST": metadataServer}
	switch {
	case endpoints.Storage == "":
	case endpoints.ReadsAnonymously():
		env["STORAGE_EMULATOR_HOST"] = endpoints.Storage
	default:
		env["GCS_ENDPOINT_URL"] = endpoints.Storage
	}
	return infra.ObjectStore{
		BucketEnvVar: "GCS_BUCKET", PathEnvVar: "GCS_MODEL_PATH", Env: env,
		EgressEndpoints: slices.Concat(egress, metadataServerEndpoints),
	}, nil
}
