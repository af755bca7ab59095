package keys

import "github.com/modelferry/modelferry/stack/stacktest"

func bucketRows() []row {
	const gcpKey = "projects/keys/locations/europe-west1/keyRings/ml/cryptoKeys/buckets"
	const awsKey = "arn:aws:kms:eu-west-1:" + stacktest.AccountID + ":key/ours"
	gke := func(bucket, path string, want any) expectInput { return gkeInput(gcsBucket, bucket, path, want) }
	eks := func(bucket, path string, want any) expectInput { return eksInput("BucketV2", bucket, path, want) }
	encrypted := func(bucket string) expectInput {
		return eksInput("BucketServerSideEncryptionConfigurationV2", bucket, "rules[0].applyServerSideEncryptionByDefault.kmsMasterKeyId",
			awsKey)
	}
	// rule returns the expected number in a lifecycle rule of several buckets.
	rule := func(gcsPath, s3Path string, want float64, buckets ...string) []expectInput {
		var expected []expectInput
		for _, bucket := range buckets {
			expected = append(expected, gke(bucket, "lifecycleRules"+gcsPath, want), eksInput(s3Lifecycle, bucket, "rules"+s3Path, want))
		}
		return expected
	}
	var softDelete []expectInput
	for _, bucket := range []string{"models", "datasets", "access-logs"} {
		softDelete = append(softDelete, gke(bucket, "softDeletePolicy.retentionDurationSeconds", 14*24*60*60.))
	}
	return append(batch(
		newRow("buckets.models", "our-models", gke("models", "name", "our-models"), eks("models", "bucket", "our-models"),
			gkeInput("ConfigMap", "bankchurn-model", "data.GCS_BUCKET", "our-models"),
			eksInput("ConfigMap", "bankchurn-model", "data.S3_BUCKET", "our-models")),
		newRow("buckets.datasets", "our-datasets", gke("datasets", "name", "our-datasets"), eks("datasets", "bucket", "our-datasets"),
			bothInput("ConfigMap", "bankchurn-model", "data.ARTIFACTS", contains{`"bucket":"our-datasets"`})),
		newRow("buckets.accessLogs", "our-logs", gke("access-logs", "name", "our-logs"), eks("access-logs", "bucket", "our-logs"),
			gke("models", "logging.logBucket", "our-logs"), eksInput("BucketLoggingV2", "models", "targetBucket", "our-logs")),
		newRow("buckets.coldAfterDays", 45,
			rule("[2].condition.age", "[2].transitions[0].days", 45, "models", "datasets", "access-logs")...),
		newRow("buckets.logDays", 200, rule("[3].condition.age", "[3].expiration.days", 200, "access-logs")...),
		newRow("buckets.noncurrent.days", 8,
			rule("[1].condition.daysSinceNoncurrentTime", "[1].noncurrentVersionExpiration.noncurrentDays", 8, "models", "datasets",
				"access-logs")...),
		newRow("buckets.noncurrent.keep", 5, gke("models", "lifecycleRules[1].condition.numNewerVersions", 6.),
			gke("datasets", "lifecycleRules[1].condition.numNewerVersions", 6.),
			eksInput(s3Lifecycle, "models", "rules[1].noncurrentVersionExpiration.newerNoncurrentVersions", 5.),
			eksInput(s3Lifecycle, "datasets", "rules[1].noncurrentVersionExpiration.newerNoncurrentVersions", 5.)),
		newRow("buckets.softDeleteDays", 14, softDelete...),
		newRow("buckets.kmsKey", byStack{"gke": gcpKey, "eks": awsKey}, gke("models", "encryption.defaultKmsKeyName", gcpKey),
			gke("datasets", "encryption.defaultKmsKeyName", gcpKey), gke("access-logs", "encryption.defaultKmsKeyName", gcpKey),
			gkeInput("CryptoKeyIAMMember", "buckets", "cryptoKeyId", gcpKey),
			encrypted("models"), encrypted("datasets"), eksInput("kms/key:Key", "buckets", "", absent),
			eksInput("RolePolicy", "bankchurn-predictor", "policy", contains{awsKey})),
	),
		newRow("buckets.kmsAlias", "our/key", eksInput("kms/alias:Alias", "buckets", "name", "alias/our/key")),
		newRow("buckets.accessLogging", false, gke("access-logs", "", absent), gke("models", "logging", nil),
			gkeInput("BucketIAMMember", "access-logs", "", absent), eks("access-logs", "", absent),
			eksInput("BucketLoggingV2", "models", "", absent)),
		newRow("buckets.forceDestroy", true, gke("models", "forceDestroy", true), gke("models", "(retainOnDelete)", false),
			gkeInput(gkeRepository, "modelferry", "(retainOnDelete)", false),
			eks("models", "forceDestroy", true), eks("models", "(retainOnDelete)", false),
			eksInput(ecrRepository, "fetcher", "forceDelete", true), eksInput(ecrRepository, "fetcher", "(retainOnDelete)", false),
			eksInput("kms/key:Key", "buckets", "(retainOnDelete)", false)),
	)
}
