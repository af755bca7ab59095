package platform

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

func TestBucket_securitySettings(t *testing.T) {
	requireBucket := map[string]func(*testing.T, stacktest.Platform, *stacktest.Record, string){
		"gke": requireGCSBucket, "eks": requireS3Bucket,
	}
	stacktest.ForEachPlatform(t, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		for bucket := range p.Buckets {
			t.Run(bucket, func(t *testing.T) { requireBucket[p.Stack](t, p, r, bucket) })
		}
	})
}

func requireGCSBucket(t *testing.T, p stacktest.Platform, r *stacktest.Record, name string) {
	t.Helper()
	action := func(typ string) object { return object{"type": typ} }
	lifecycle := []any{
		object{"action": action("AbortIncompleteMultipartUpload"), "condition": object{"age": 7.}},
		object{"action": action("Delete"),
			"condition": object{"daysSinceNoncurrentTime": 90., "numNewerVersions": 4., "withState": "ARCHIVED"}},
		object{"action": object{"type": "SetStorageClass", "storageClass": "NEARLINE"}, "condition": object{"age": 90.}},
	}
	want := object{
		"name": p.Buckets[name], "location": "europe-west1", "forceDestroy": false,
		"uniformBucketLevelAccess": true, "publicAccessPrevention": "enforced", "versioning": object{"enabled": true},
		"softDeletePolicy": object{"retentionDurationSeconds": 7. * 24 * 60 * 60}, "lifecycleRules": lifecycle,
	}
	if name == "access-logs" {
		delete(lifecycle[1].(object)["condition"].(object), "numNewerVersions")
		want["lifecycleRules"] = append(lifecycle, object{"action": action("Delete"), "condition": object{"age": 365.}})
	} else {
		want["logging"] = object{"logBucket": p.Buckets["access-logs"], "logObjectPrefix": name}
	}
	bucket := r.MustGet(t, "gcp:storage/bucket:Bucket", name)
	require.Equal(t, want, stacktest.Omit(bucket.Inputs, "__defaults"))
	require.True(t, bucket.RetainOnDelete, "a bucket has to survive the deletion of the stack")
	writer := r.MustGet(t, "BucketIAMMember", "access-logs")
	require.Equal(t, object{
		"bucket": p.Buckets["access-logs"], "role": "roles/storage.objectCreator", "member": "group:cloud-storage-analytics@google.com",
	}, writer.Inputs)
	if name != "access-logs" {
		require.True(t, r.Dependencies(bucket)[writer.URN], "access logs would be lost until the permission exists")
	}
}

// s3LifecycleRules returns the lifecycle rules of a bucket.
func s3LifecycleRules(name string) []any {
	rule := func(id, key string, value any) object {
		return object{"id": id, "status": "Enabled", "filter": object{"prefix": ""}, key: value}
	}
	rules := []any{
		rule("unfinished-uploads", "abortIncompleteMultipartUpload", object{"daysAfterInitiation": 7.}),
		rule("replaced-versions", "noncurrentVersionExpiration", object{"noncurrentDays": 90., "newerNoncurrentVersions": 3.}),
		rule("cold", "transitions", []any{object{"days": 90., "storageClass": "STANDARD_IA"}}),
	}
	if name == "access-logs" {
		delete(rules[1].(object)["noncurrentVersionExpiration"].(object), "newerNoncurrentVersions")
		rules = append(rules, rule("old", "expiration", object{"days": 365.}))
	}
	return append(rules, rule("delete-markers", "expiration", object{"expiredObjectDeleteMarker": true}))
}

func requireS3Bucket(t *testing.T, p stacktest.Platform, r *stacktest.Record, name string) {
	t.Helper()
	isLogBucket := name == "access-logs"
	bucket := r.MustGet(t, "s3/bucketV2:BucketV2", name)
	require.Equal(t, object{"bucket": p.Buckets[name], "forceDestroy": false}, bucket.Inputs)
	encryption := object{"bucketKeyEnabled": true, "applyServerSideEncryptionByDefault": object{
		"sseAlgorithm": "aws:kms", "kmsMasterKeyId": r.Computed(stacktest.KMSKeyArn("buckets")),
	}}
	if isLogBucket { // S3's log delivery does not support KMS
		encryption = object{"applyServerSideEncryptionByDefault": object{"sseAlgorithm": "AES256"}}
	}
	// In the order of creation.
	settings := []struct {
		typ    string
		inputs object
	}{
		{"BucketPublicAccessBlock",
			object{"blockPublicAcls": true, "blockPublicPolicy": true, "ignorePublicAcls": true, "restrictPublicBuckets": true}},
		{"BucketOwnershipControls", object{"rule": object{"objectOwnership": "BucketOwnerEnforced"}}},
		{"BucketVersioningV2", object{"versioningConfiguration": object{"status": "Enabled"}}},
		{"BucketServerSideEncryptionConfigurationV2", object{"rules": []any{encryption}}},
		{"BucketLifecycleConfigurationV2", object{"rules": s3LifecycleRules(name)}},
		{"BucketPolicy", nil},
		{"BucketLoggingV2", object{"targetBucket": p.Buckets["access-logs"], "targetPrefix": name + "/"}},
	}
	if isLogBucket {
		settings = settings[:len(settings)-1]
	}
	require.True(t, bucket.RetainOnDelete, "a bucket has to survive the deletion of the stack")
	previous := bucket.URN
	for _, setting := range settings {
		registered := r.MustGet(t, setting.typ, name)
		require.Equal(t, r.Computed(name+"-id"), registered.Input("bucket"))
		if setting.inputs != nil {
			require.Equal(t, stacktest.Merge(setting.inputs, object{"bucket": registered.Input("bucket")}), registered.Inputs)
		}
		// S3 rejects concurrent changes of a bucket with OperationAborted.
		require.True(t, slices.Contains(registered.Dependencies, previous), "%s: has to depend on %s", registered, previous)
		require.True(t, registered.RetainOnDelete, "%s: a retained bucket has to keep its settings", registered)
		previous = registered.URN
	}
	if !isLogBucket {
		require.True(t, r.Dependencies(r.MustGet(t, "BucketLoggingV2", name))[r.MustGet(t, "BucketPolicy", "access-logs").URN],
			"access logs would be lost until the permission exists")
	}
	if !r.Preview {
		arn := "arn:aws:s3:::" + p.Buckets[name]
		want := `{"Sid":"TLSOnly","Effect":"Deny","Principal":"*","Action":["s3:*"],
			"Resource":["` + arn + `","` + arn + `/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}`
		if isLogBucket {
			want += `,{"Sid":"AccessLogs","Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Action":["s3:PutObject"],
				"Resource":["` + arn + `/*"],"Condition":{"StringEquals":{"aws:SourceAccount":"` + stacktest.AccountID + `"}}}`
		}
		require.JSONEq(t, `{"Version":"2012-10-17","Statement":[`+want+`]}`, r.MustGet(t, "BucketPolicy", name).Input("policy").(string))
	}
}

func TestBucket_kmsKeyOnEKS(t *testing.T) {
	r := stacktest.Up(t, "eks", nil)
	key := r.MustGet(t, "kms/key:Key", "buckets")
	require.Equal(t, true, key.Input("enableKeyRotation"))
	require.Equal(t, 30., key.Input("deletionWindowInDays"))
	require.True(t, key.RetainOnDelete, "without the key, retained buckets are unreadable")
	require.Equal(t, "alias/modelferry-eks-buckets", r.MustGet(t, "kms/alias:Alias", "buckets").Input("name"))

	const configured = "arn:aws:kms:eu-west-1:123456789012:key/ours"
	r = stacktest.Up(t, "eks", map[string]any{"buckets.kmsKey": configured})
	for _, key := range r.ByType("kms/key:Key") {
		require.NotEqual(t, "buckets", key.Name)
	}
	encryption := r.MustGet(t, "BucketServerSideEncryptionConfigurationV2", "models")
	require.Equal(t, configured, encryption.Input("rules[0].applyServerSideEncryptionByDefault.kmsMasterKeyId"))
	require.Contains(t, r.MustGet(t, "RolePolicy", "bankchurn-predictor").Input("policy"), configured)
}

func TestBucket_kmsKeyOnGKE(t *testing.T) {
	const key = "projects/keys/locations/europe-west1/keyRings/ml/cryptoKeys/buckets"
	r := stacktest.Up(t, "gke", map[string]any{"buckets.kmsKey": key})
	member := r.MustGet(t, "CryptoKeyIAMMember", "buckets")
	require.Equal(t, object{
		"cryptoKeyId": key, "role": "roles/cloudkms.cryptoKeyEncrypterDecrypter",
		"member": "serviceAccount:service-" + stacktest.ProjectNumber + "@gs-project-accounts.iam.gserviceaccount.com",
	}, member.Inputs)
	require.True(t, member.RetainOnDelete, "retained buckets have to stay readable")
	forceDestroy := stacktest.Up(t, "gke", map[string]any{"buckets.kmsKey": key, "buckets.forceDestroy": true})
	require.False(t, forceDestroy.MustGet(t, "CryptoKeyIAMMember", "buckets").RetainOnDelete)
	for _, name := range []string{"models", "datasets", "access-logs"} {
		bucket := r.MustGet(t, "gcp:storage/bucket:Bucket", name)
		require.Equal(t, object{"defaultKmsKeyName": key}, bucket.Input("encryption"))
		require.True(t, r.Dependencies(bucket)[member.URN], "a bucket cannot be created with a key that it may not use")
	}
}

// An organization with domain-restricted sharing refuses the grant to Google's group that writes access logs.
func TestBucket_withoutAccessLogging(t *testing.T) {
	for _, p := range stacktest.Platforms {
		r := stacktest.Up(t, p.Stack, map[string]any{"buckets.accessLogging": false})
		for _, registration := range r.Registrations {
			require.NotContains(t, registration.Name, "access-logs")
			require.NotContains(t, fmt.Sprint(registration.Input("member")), "cloud-storage-analytics")
		}
		require.Empty(t, r.ByType("BucketLoggingV2"))
		require.Len(t, slices.Concat(r.ByType("gcp:storage/bucket:Bucket"), r.ByType("BucketV2")), 2)
	}
}

func TestBucket_configuredNameAndRetention(t *testing.T) {
	set := map[string]any{"buckets.models": "our-models", "buckets.coldAfterDays": 30, "buckets.forceDestroy": true}
	for _, p := range stacktest.Platforms {
		t.Run(p.Stack, func(t *testing.T) {
			r := stacktest.Up(t, p.Stack, set)
			typ, name := "gcp:storage/bucket:Bucket", "name"
			if p.Stack == "eks" {
				typ, name = "BucketV2", "bucket"
				require.Equal(t, 30., r.MustGet(t, "BucketLifecycleConfigurationV2", "models").Input("rules[2].transitions[0].days"))
			} else {
				require.Equal(t, 30., r.MustGet(t, typ, "models").Input("lifecycleRules[2].condition.age"))
			}
			require.Equal(t, "our-models", r.MustGet(t, typ, "models").Input(name))
			require.Equal(t, p.Buckets["datasets"], r.MustGet(t, typ, "datasets").Input(name))
			require.Equal(t, true, r.MustGet(t, typ, "datasets").Input("forceDestroy"))
			for _, registration := range r.Registrations {
				require.False(t, registration.RetainOnDelete, "%s: has to be deleted with the stack", registration)
			}
			require.Equal(t, "our-models", r.MustGet(t, "ConfigMap", "bankchurn-model").Input("data."+p.BucketEnvVar))
		})
	}
}
