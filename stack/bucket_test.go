package stack

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

func TestBucketsAreGuarded(t *testing.T) {
	guards := map[string]func(*testing.T, platform, *stacktest.Record, string){"gke": guardedOnGKE, "eks": guardedOnEKS}
	onEach(t, func(t *testing.T, p platform, r *stacktest.Record) {
		for bucket := range p.buckets {
			t.Run(bucket, func(t *testing.T) { guards[p.stack](t, p, r, bucket) })
		}
	})
}

func guardedOnGKE(t *testing.T, p platform, r *stacktest.Record, name string) {
	require.Equal(t, object{
		"name": p.buckets[name], "location": "europe-west1", "forceDestroy": false,
		"uniformBucketLevelAccess": true, "publicAccessPrevention": "enforced", "versioning": object{"enabled": true},
		"lifecycleRules": []any{object{
			"action": object{"type": "SetStorageClass", "storageClass": "NEARLINE"}, "condition": object{"age": 90.},
		}},
	}, without(r.One(t, "gcp:storage/bucket:Bucket", name).Inputs, "__defaults"))
}

// What an EKS bucket is guarded by, in the order in which it has to be put in place.
var guards = []struct {
	typ    string
	inputs object
}{
	{"BucketPublicAccessBlock", object{"blockPublicAcls": true, "blockPublicPolicy": true, "ignorePublicAcls": true, "restrictPublicBuckets": true}},
	{"BucketOwnershipControls", object{"rule": object{"objectOwnership": "BucketOwnerEnforced"}}},
	{"BucketVersioningV2", object{"versioningConfiguration": object{"status": "Enabled"}}},
	{"BucketServerSideEncryptionConfigurationV2", object{"rules": []any{object{"applyServerSideEncryptionByDefault": object{"sseAlgorithm": "AES256"}}}}},
	{"BucketLifecycleConfigurationV2", object{"rules": []any{object{
		"id": "cold", "status": "Enabled", "filter": object{"prefix": ""}, "transitions": []any{object{"days": 90., "storageClass": "STANDARD_IA"}},
	}}}},
	{"BucketPolicy", nil},
}

func guardedOnEKS(t *testing.T, p platform, r *stacktest.Record, name string) {
	bucket := r.One(t, "s3/bucketV2:BucketV2", name)
	require.Equal(t, object{"bucket": p.buckets[name], "forceDestroy": false}, bucket.Inputs)
	before := bucket.URN
	for _, guard := range guards {
		registered := r.One(t, guard.typ, name)
		require.Equal(t, r.Computed(name+"-id"), registered.At("bucket"))
		if guard.inputs != nil {
			require.Equal(t, with(guard.inputs, object{"bucket": registered.At("bucket")}), registered.Inputs)
		}
		// Two at a time, and S3 answers OperationAborted.
		require.True(t, slices.Contains(registered.Dependencies, before), "%s has to wait for %s", registered, before)
		before = registered.URN
	}
	if !r.Preview {
		arn := "arn:aws:s3:::" + p.buckets[name]
		require.JSONEq(t, `{"Version":"2012-10-17","Statement":[{"Sid":"TLSOnly","Effect":"Deny","Principal":"*","Action":["s3:*"],
			"Resource":["`+arn+`","`+arn+`/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`,
			r.One(t, "BucketPolicy", name).At("policy").(string))
	}
}

func TestBucketsAreNamedAndKeptAsTheConfigSays(t *testing.T) {
	set := map[string]any{"buckets.models": "our-models", "buckets.coldAfterDays": 30, "buckets.forceDestroy": true}
	for _, p := range platforms {
		t.Run(p.stack, func(t *testing.T) {
			r := recorded(t, p.stack, set)
			typ, name := "gcp:storage/bucket:Bucket", "name"
			if p.stack == "eks" {
				typ, name = "BucketV2", "bucket"
				require.Equal(t, 30., r.One(t, "BucketLifecycleConfigurationV2", "models").At("rules[0].transitions[0].days"))
			} else {
				require.Equal(t, 30., r.One(t, typ, "models").At("lifecycleRules[0].condition.age"))
			}
			require.Equal(t, "our-models", r.One(t, typ, "models").At(name))
			require.Equal(t, p.buckets["datasets"], r.One(t, typ, "datasets").At(name))
			require.Equal(t, true, r.One(t, typ, "datasets").At("forceDestroy"))
			require.Equal(t, "our-models", r.One(t, "ConfigMap", "bankchurn-model").At("data."+p.bucketKey))
		})
	}
}
