package program

import (
	"fmt"
	"slices"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// insecureBuckets returns buckets that lack one of the security settings. The values of the settings in the
// repository's stacks are tested in stack/tests/platform/buckets_test.go.
func insecureBuckets(r *programRun) []string {
	var violations []string
	for typ, missing := range map[string]func(*programRun, stacktest.Registration) []string{
		"gcp:storage/bucket:Bucket": missingGCSSettings, "aws:s3/bucketV2:BucketV2": missingS3Settings,
		"aws:s3/bucket:Bucket": legacyBucketType,
	} {
		for _, bucket := range r.ByType(typ) {
			if bucket.Type != typ {
				continue
			}
			lacking := missing(r, bucket)
			if bucket.RetainOnDelete == r.config.Buckets.ForceDestroy {
				lacking = append(lacking, "retainOnDelete as configured")
			}
			if bucket.Input("forceDestroy") != r.config.Buckets.ForceDestroy {
				lacking = append(lacking, "forceDestroy as configured")
			}
			for _, setting := range lacking {
				violations = append(violations, fmt.Sprintf("%s lacks %s", bucket, setting))
			}
		}
	}
	slices.Sort(violations)
	return violations
}

func legacyBucketType(*programRun, stacktest.Registration) []string {
	return []string{"the type BucketV2"}
}

func missingGCSSettings(r *programRun, bucket stacktest.Registration) []string {
	rules := map[any]bool{}
	for i := range listLength(bucket.Input("lifecycleRules")) {
		action := bucket.Input(fmt.Sprintf("lifecycleRules[%d].action.type", i))
		if action == "Delete" && bucket.Input(fmt.Sprintf("lifecycleRules[%d].condition.daysSinceNoncurrentTime", i)) != nil {
			action = "DeleteNoncurrent"
		}
		if class := bucket.Input(fmt.Sprintf("lifecycleRules[%d].action.storageClass", i)); class != nil {
			action = fmt.Sprintf("%v %v", action, class)
		}
		rules[action] = true
	}
	isLogBucket := bucket.Name == "access-logs"
	logged := *r.config.Buckets.AccessLogging && !isLogBucket
	return missingSettings(map[string]bool{
		"uniform bucket-level access":    bucket.Input("uniformBucketLevelAccess") == true,
		"public access prevention":       bucket.Input("publicAccessPrevention") == "enforced",
		"versioning":                     bucket.Input("versioning.enabled") == true,
		"soft delete":                    bucket.Input("softDeletePolicy.retentionDurationSeconds") != nil,
		"a rule for incomplete uploads":  rules["AbortIncompleteMultipartUpload"],
		"a rule for noncurrent versions": rules["DeleteNoncurrent"],
		"a colder storage class": rules["SetStorageClass NEARLINE"] ||
			isLogBucket && r.config.Buckets.AccessLogColdAfterDays() == 0,
		"a rule that deletes old logs": rules["Delete"] || !isLogBucket,
		"access logging":               (bucket.Input("logging.logBucket") != nil) == logged,
		"the configured KMS key":       bucket.Input("encryption.defaultKmsKeyName") != nil || r.config.Buckets.KMSKey == "",
		"the region of the stack":      bucket.Input("location") == r.config.GCP.Region,
		"an unset predefined ACL":      bucket.Input("predefinedAcl") == nil,
	})
}

func missingS3Settings(r *programRun, bucket stacktest.Registration) []string {
	isLogBucket := bucket.Name == "access-logs"
	logged := *r.config.Buckets.AccessLogging && !isLogBucket
	setting := func(typ string) stacktest.Registration {
		for _, registration := range r.ByType(typ) {
			if registration.Parent == bucket.Parent && registration.RetainOnDelete != r.config.Buckets.ForceDestroy {
				return registration
			}
		}
		return stacktest.Registration{}
	}
	publicAccessBlocked := true
	for _, key := range []string{"blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"} {
		publicAccessBlocked = publicAccessBlocked && setting("BucketPublicAccessBlock").Input(key) == true
	}
	rules := map[string]bool{}
	lifecycle := setting("BucketLifecycleConfigurationV2")
	for i := range listLength(lifecycle.Input("rules")) {
		for _, key := range []string{"abortIncompleteMultipartUpload", "noncurrentVersionExpiration", "expiration"} {
			rules[key] = rules[key] || lifecycle.Input(fmt.Sprintf("rules[%d].%s", i, key)) != nil
		}
		class, _ := lifecycle.Input(fmt.Sprintf("rules[%d].transitions[0].storageClass", i)).(string)
		rules[class] = true
	}
	encryption := setting("BucketServerSideEncryptionConfigurationV2")
	algorithm := encryption.Input("rules[0].applyServerSideEncryptionByDefault.sseAlgorithm")
	usesKMS := algorithm == "aws:kms" && encryption.Input("rules[0].bucketKeyEnabled") == true
	policy, _ := setting("BucketPolicy").Input("policy").(string)
	requiresTLS := policy == stacktest.Unknown && r.Preview || slices.ContainsFunc(policyStatements(policy), func(s object) bool {
		arn := "arn:aws:s3:::" + fmt.Sprint(bucket.Input("bucket"))
		return allowedWildcards[0].matches(s) && slices.Equal(collectStrings(s["Resource"]), []string{arn, arn + "/*"}) &&
			slices.Equal(collectStrings(s["Action"]), []string{"s3:*"})
	})
	return missingSettings(map[string]bool{
		"a public access block":          publicAccessBlocked,
		"enforced ownership":             setting("BucketOwnershipControls").Input("rule.objectOwnership") == "BucketOwnerEnforced",
		"versioning":                     setting("BucketVersioningV2").Input("versioningConfiguration.status") == "Enabled",
		"encryption":                     usesKMS || algorithm == "AES256" && isLogBucket,
		"a rule for incomplete uploads":  rules["abortIncompleteMultipartUpload"],
		"a rule for noncurrent versions": rules["noncurrentVersionExpiration"],
		"a colder storage class":         rules["STANDARD_IA"] || isLogBucket && r.config.Buckets.AccessLogColdAfterDays() == 0,
		"a rule that deletes old logs":   rules["expiration"] || !isLogBucket,
		"a policy that requires TLS":     requiresTLS,
		"access logging":                 (setting("BucketLoggingV2").Input("targetBucket") != nil) == logged,
	})
}

// missingSettings returns the names of the settings that are false.
func missingSettings(settings map[string]bool) []string {
	var missing []string
	for name, ok := range settings {
		if !ok {
			missing = append(missing, name)
		}
	}
	return missing
}

func listLength(list any) int {
	elements, _ := list.([]any)
	return len(elements)
}
