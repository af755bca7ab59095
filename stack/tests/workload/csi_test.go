package workload

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// csiSettings deliver the artifacts of two services as CSI volumes.
var csiSettings = map[string]any{
	"releases.bankchurn.delivery": "csi", "releases.bankchurn.unverified": true,
	"releases.nlpinsight.delivery": "csi", "releases.nlpinsight.backend": "finbert", "releases.nlpinsight.unverified": true,
	"releases.nlpinsight.backends.finbert.artifacts.model": object{"path": "nlpinsight/finbert/v1/", "size": "1.2GB"},
}

func forEachCSIRun(t *testing.T, test func(t *testing.T, p stacktest.Platform, r *stacktest.Record)) {
	t.Helper()
	for _, p := range stacktest.Platforms {
		for _, preview := range []bool{false, true} {
			t.Run(stacktest.RunName(p, preview), func(t *testing.T) {
				test(t, p, stacktest.RunStack(t, p.Stack, csiSettings, preview))
			})
		}
	}
}

// The artifacts are mounted at the paths to which the fetcher would have copied them.
func TestCSI_replacesFetcher(t *testing.T) {
	forEachCSIRun(t, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		churn, nlp := r.MustGet(t, "Deployment", "bankchurn"), r.MustGet(t, "Deployment", "nlpinsight")
		volumeMount := func(bucket, path, subPath string) object {
			return object{"name": bucket, "mountPath": path, "subPath": subPath, "readOnly": true}
		}
		tmp := object{"name": "tmp", "mountPath": "/tmp"}
		require.Equal(t, []any{
			volumeMount("models", "/models/model.joblib", "model.joblib"),
			volumeMount("datasets", "/models/data/raw/Churn.csv", "v1/Churn.csv"),
			volumeMount("datasets", "/data/raw/Churn.csv", "v1/Churn.csv"), tmp,
		}, churn.Input(stacktest.ServerContainer+"volumeMounts"))
		require.Equal(t, []any{
			volumeMount("models", "/models/finbert", "finbert/v1"),
			volumeMount("datasets", "/models/data/raw/train.csv", "v1/financial_phrasebank.csv"),
			volumeMount("datasets", "/data/raw/train.csv", "v1/financial_phrasebank.csv"), tmp,
		}, nlp.Input(stacktest.ServerContainer+"volumeMounts"))
		require.Contains(t, churn.Input(stacktest.ServerContainer+"env"), object{"name": "MODEL_PATH", "value": "/models/model.joblib"})
		require.Contains(t, nlp.Input(stacktest.ServerContainer+"env"), object{"name": "MODEL_PATH", "value": "/models/finbert"})
		for _, d := range []stacktest.Registration{churn, nlp} {
			require.Empty(t, d.Input(stacktest.PodSpec+"initContainers"))
			require.Equal(t, "tmp",
				d.Input("spec.template.metadata.annotations/cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes"))
			require.Len(t, d.Input(stacktest.PodSpec+"volumes"), 3)
			require.Equal(t, object{"name": "tmp", "emptyDir": object{"sizeLimit": "64Mi"}}, d.Input(stacktest.PodSpec+"volumes[2]"))
			require.Equal(t, "128Mi", d.Input(stacktest.ServerContainer+"resources.limits/ephemeral-storage"), "no artifact is copied")
			for _, c := range r.ByType("ConfigMap") {
				require.Equal(t, "chicagotaxi-model", c.Name, "only the service with a fetcher has a ConfigMap")
			}
		}
		require.Equal(t, "bankchurn/model.joblib", churn.Input("spec.template.metadata.annotations/artifact.modelferry.dev/model"),
			"no digest, because nothing verifies it")
	})
}

func TestCSI_gkeEphemeralVolume(t *testing.T) {
	for _, preview := range []bool{false, true} {
		r := stacktest.RunStack(t, "gke", csiSettings, preview)
		d := r.MustGet(t, "Deployment", "bankchurn")
		for i, bucket := range []string{"models", "datasets"} {
			require.Equal(t, object{"name": bucket, "csi": object{
				"driver": "gcsfuse.csi.storage.gke.io", "readOnly": true,
				"volumeAttributes": object{
					"bucketName": "modelferry-demo-gke-" + bucket, "skipCSIBucketAccessCheck": "true",
					"mountOptions": "only-dir=bankchurn/,implicit-dirs,enable-hns=false,enable-sidecar-bucket-access-check=false",
				},
			}}, d.Input(stacktest.PodSpec + "volumes").([]any)[i])
		}
		require.Equal(t, "true", d.Input("spec.template.metadata.annotations/gke-gcsfuse/volumes"))
		require.Empty(t, r.ByType("PersistentVolume"))
		require.Nil(t, r.MustGet(t, "Deployment", "chicagotaxi").Input("spec.template.metadata.annotations/gke-gcsfuse/volumes"))
	}
}

func TestCSI_eksPersistentVolumeClaim(t *testing.T) {
	namePattern := regexp.MustCompile(`^bankchurn-predictor-models-[0-9a-f]{8}$`)
	for _, preview := range []bool{false, true} {
		r := stacktest.RunStack(t, "eks", csiSettings, preview)
		require.Len(t, r.ByType("PersistentVolume"), 4, "one for each bucket of each service")
		volume, claim := r.MustGet(t, "PersistentVolume", "bankchurn-models"), r.MustGet(t, "PersistentVolumeClaim", "bankchurn-models")
		require.Equal(t, "s3.csi.aws.com", volume.Input("spec.csi.driver"))
		require.Equal(t, true, volume.Input("spec.csi.readOnly"))
		require.Equal(t, object{
			"bucketName": stacktest.EKS.Buckets["models"], "authenticationSource": "pod", "stsRegion": "eu-west-1",
		}, volume.Input("spec.csi.volumeAttributes"), "the volume has to be mounted with the pod's role")
		require.Equal(t, []any{"read-only", "allow-other", "prefix=bankchurn/", "region=eu-west-1"}, volume.Input("spec.mountOptions"))
		require.Equal(t, []any{"ReadOnlyMany"}, volume.Input("spec.accessModes"))
		require.Equal(t, "Retain", volume.Input("spec.persistentVolumeReclaimPolicy"))
		for _, object := range []stacktest.Registration{volume, claim} { // without the field, the default class would apply
			require.NotNil(t, object.Input("spec.storageClassName"), object)
			require.Empty(t, object.Input("spec.storageClassName"), object)
		}
		require.Nil(t, volume.Input("metadata.namespace"))
		require.Equal(t, "ml-portfolio", claim.Input("metadata.namespace"))
		d := r.MustGet(t, "Deployment", "bankchurn")
		require.True(t, r.Dependencies(d)[claim.URN])
		if preview {
			continue
		}
		claimName := claim.Input("metadata.name").(string)
		require.Regexp(t, namePattern, claimName)
		require.Equal(t, "ml-portfolio-"+claimName, volume.Input("metadata.name"))
		require.Equal(t, "ml-portfolio-"+claimName, volume.Input("spec.csi.volumeHandle"), "volume handles have to be unique")
		require.Equal(t, object{"namespace": "ml-portfolio", "name": claimName}, volume.Input("spec.claimRef"),
			"no other claim may bind the volume")
		require.Equal(t, "ml-portfolio-"+claimName, claim.Input("spec.volumeName"))
		require.Equal(t, object{"name": "models", "persistentVolumeClaim": object{"claimName": claimName, "readOnly": true}},
			d.Input(stacktest.PodSpec+"volumes[0]"))
	}
}

// The source of a PersistentVolume cannot be changed, so another source needs another name.
func TestCSI_eksNewVolumeForOtherBucketOrPrefix(t *testing.T) {
	names := map[any]bool{}
	for _, set := range []map[string]any{nil, {"buckets.models": "others"},
		{"services.bankchurn.prefix": "bankchurn/v2/", "releases.bankchurn.artifacts.model.path": "bankchurn/v2/m",
			"releases.bankchurn.artifacts.dataset.path": "bankchurn/v2/d"}} {
		r := stacktest.Up(t, "eks", stacktest.Merge(csiSettings, set))
		names[r.MustGet(t, "PersistentVolumeClaim", "bankchurn-models").Input("metadata.name")] = true
	}
	require.Len(t, names, 3)
	newModel := stacktest.Up(t, "eks",
		stacktest.Merge(csiSettings, map[string]any{"releases.bankchurn.artifacts.model.path": "bankchurn/v2/model.joblib"}))
	names[newModel.MustGet(t, "PersistentVolumeClaim", "bankchurn-models").Input("metadata.name")] = true
	require.Len(t, names, 3, "a new model in the same prefix keeps the volume")
}

// A request without a limit would be the sidecar's limit, too. The capacity warnings count the same requests.
func TestCSI_gkeSidecarResources(t *testing.T) {
	annotations := stacktest.Up(t, "gke", csiSettings).MustGet(t, "Deployment", "bankchurn").
		Input("spec.template.metadata.annotations").(object)
	sidecar := object{}
	for key, value := range annotations {
		if resource, ok := strings.CutPrefix(key, "gke-gcsfuse/"); ok {
			sidecar[resource] = value
		}
	}
	require.Equal(t, object{
		"volumes":     "true",
		"cpu-request": "250m", "memory-request": "256Mi", "ephemeral-storage-request": "64Mi",
		"cpu-limit": "0", "memory-limit": "0", "ephemeral-storage-limit": "0",
	}, sidecar)
}

// A mount keeps the method by which its pod got the role. So the pods have to restart when the identity changes.
func TestCSI_eksNewVolumeForOtherIdentity(t *testing.T) {
	names := map[any]bool{}
	for _, identity := range []string{"irsa", "podIdentity"} {
		r := stacktest.Up(t, "eks", stacktest.Merge(csiSettings, map[string]any{"identity": identity}))
		attributes := r.MustGet(t, "PersistentVolume", "bankchurn-models").Input("spec.csi.volumeAttributes")
		require.Equal(t, "pod", attributes.(object)["authenticationSource"])
		claim := r.MustGet(t, "Deployment", "bankchurn").Input(stacktest.PodSpec + "volumes[0].persistentVolumeClaim.claimName")
		require.NotEmpty(t, claim)
		names[claim] = true
	}
	require.Len(t, names, 2)
}

func TestCSI_sameIdentityAndGrants(t *testing.T) {
	for _, p := range stacktest.Platforms {
		before, after := stacktest.Up(t, p.Stack, nil), stacktest.Up(t, p.Stack, csiSettings)
		require.Equal(t, before.MustGet(t, "ServiceAccount", "bankchurn").Inputs, after.MustGet(t, "ServiceAccount", "bankchurn").Inputs)
		grants := func(r *stacktest.Record) map[string]any {
			inputs := map[string]any{}
			for _, grant := range r.ByType(p.GrantType) {
				if strings.HasPrefix(grant.Name, "bankchurn-predictor") {
					inputs[grant.Name] = grant.Inputs
				}
			}
			return inputs
		}
		require.NotEmpty(t, grants(before))
		require.Equal(t, grants(before), grants(after))
	}
}

func TestCSI_driverInstalled(t *testing.T) {
	enabled, disabled := stacktest.Up(t, "gke", csiSettings), stacktest.Up(t, "gke", nil)
	require.Equal(t, object{"gcsFuseCsiDriverConfig": object{"enabled": true}},
		enabled.MustGet(t, "gcp:container/cluster:Cluster", "modelferry").Input("addonsConfig"))
	require.Nil(t, disabled.MustGet(t, "gcp:container/cluster:Cluster", "modelferry").Input("addonsConfig"))

	enabled, disabled = stacktest.Up(t, "eks", csiSettings), stacktest.Up(t, "eks", nil)
	driver := enabled.MustGet(t, "Addon", "modelferry-aws-mountpoint-s3-csi-driver")
	require.JSONEq(t, `{"node":{"tolerateAllTaints":true}}`, driver.Input("configurationValues").(string),
		"has to run on the services' nodes, which are tainted")
	require.Nil(t, driver.Input("serviceAccountRoleArn"), "the driver has no access of its own")
	require.True(t, enabled.Dependencies(enabled.MustGet(t, "Deployment", "bankchurn"))[driver.URN])
	require.Len(t, disabled.ByType("Addon"), len(enabled.ByType("Addon"))-1)
}

func TestCSI_outputs(t *testing.T) {
	for _, p := range stacktest.Platforms {
		r := stacktest.Up(t, p.Stack, csiSettings)
		require.Equal(t, stacktest.Up(t, p.Stack, nil).OutputKeys, r.OutputKeys)
		churn := r.Outputs["services"].(object)["bankchurn"].(object)
		require.Contains(t, churn, "config")
		require.Empty(t, churn["config"])
		require.Equal(t, map[string]string{"bucket": p.Buckets["models"], "path": "bankchurn/model.joblib", "sha256": ""}, churn["model"])
	}
}
