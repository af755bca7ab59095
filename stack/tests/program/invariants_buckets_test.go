package program

import (
	"fmt"
	"slices"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// insecureBuckets finds buckets without one of their guards. What the guards
// are set to in the repository's stacks is in stack/tests/platform/buckets_test.go.
func insecureBuckets(r *programRun) []string {
	var found []string
	for typ, missing := range map[string]func(*programRun, stacktest.Registration) []string{
		"gcp:storage/bucket:Bucket": missingGCSSettings, "aws:s3/bucketV2:BucketV2": missingS3Settings, "aws:s3/bucket:Bucket": legacyBucketType,
	} {
		for _, bucket := range r.ByType(typ) {
			if bucket.Type != typ {
				continue
			}
			missed := missing(r, bucket)
			if bucket.RetainOnDelete == r.config.Buckets.ForceDestroy {
				missed = append(missed, "retention as configured")
			}
			if bucket.Input("forceDestroy") != r.config.Buckets.ForceDestroy {
				missed = append(missed, "destruction as configured")
			}
			for _, guard := range missed {
				found = append(found, fmt.Sprintf("%s has no %s", bucket, guard))
			}
		}
	}
	slices.Sort(found)
	return found
}

func legacyBucketType(*programRun, stacktest.Registration) []string {
	return []string{"BucketV2: it is of the old type"}
}

func missingGCSSettings(r *programRun, bucket stacktest.Registration) []string {
	rules := map[any]bool{}
	for k := range listLength(bucket.Input("lifecycleRules")) {
		kind := bucket.Input(fmt.Sprintf("lifecycleRules[%d].action.type", k))
		if kind == "Delete" && bucket.Input(fmt.Sprintf("lifecycleRules[%d].condition.daysSinceNoncurrentTime", k)) != nil {
			kind = "DeleteNoncurrent"
		}
		if class := bucket.Input(fmt.Sprintf("lifecycleRules[%d].action.storageClass", k)); class != nil {
			kind = fmt.Sprintf("%v %v", kind, class)
		}
		rules[kind] = true
	}
	isLog := bucket.Name == "access-logs"
	return missingSettings(map[string]bool{
		"uniform access":               bucket.Input("uniformBucketLevelAccess") == true,
		"prevention of public access":  bucket.Input("publicAccessPrevention") == "enforced",
		"versioning":                   bucket.Input("versioning.enabled") == true,
		"soft delete":                  bucket.Input("softDeletePolicy.retentionDurationSeconds") != nil,
		"end for incomplete uploads":   rules["AbortIncompleteMultipartUpload"],
		"end for replaced versions":    rules["DeleteNoncurrent"],
		"colder class":                 rules["SetStorageClass NEARLINE"] || isLog && r.config.Buckets.AccessLogColdAfterDays() == 0,
		"end for logs":                 rules["Delete"] || !isLog,
		"access log":                   bucket.Input("logging.logBucket") != nil || isLog,
		"key that the config names":    bucket.Input("encryption.defaultKmsKeyName") != nil || r.config.Buckets.KMSKey == "",
		"region of the stack":          bucket.Input("location") == r.config.GCP.Region,
		"no grant to everyone, by ACL": bucket.Input("predefinedAcl") == nil,
	})
}

func missingS3Settings(r *programRun, bucket stacktest.Registration) []string {
	isLog := bucket.Name == "access-logs"
	guard := func(typ string) stacktest.Registration {
		for _, each := range r.ByType(typ) {
			if each.Parent == bucket.Parent && each.RetainOnDelete != r.config.Buckets.ForceDestroy {
				return each
			}
		}
		return stacktest.Registration{}
	}
	public := true
	for _, key := range []string{"blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"} {
		public = public && guard("BucketPublicAccessBlock").Input(key) == true
	}
	rules := map[string]bool{}
	lifecycle := guard("BucketLifecycleConfigurationV2")
	for k := range listLength(lifecycle.Input("rules")) {
		for _, key := range []string{"abortIncompleteMultipartUpload", "noncurrentVersionExpiration", "expiration"} {
			rules[key] = rules[key] || lifecycle.Input(fmt.Sprintf("rules[%d].%s", k, key)) != nil
		}
		class, _ := lifecycle.Input(fmt.Sprintf("rules[%d].transitions[0].storageClass", k)).(string)
		rules[class] = true
	}
	encryption := guard("BucketServerSideEncryptionConfigurationV2")
	algorithm := encryption.Input("rules[0].applyServerSideEncryptionByDefault.sseAlgorithm")
	policy, _ := guard("BucketPolicy").Input("policy").(string)
	tlsOnly := policy == stacktest.Unknown && r.Preview || slices.ContainsFunc(policyStatements(policy), func(s object) bool {
		arn := "arn:aws:s3:::" + fmt.Sprint(bucket.Input("bucket"))
		return allowedWildcards[0].matches(s) && slices.Equal(collectStrings(s["Resource"]), []string{arn, arn + "/*"}) && slices.Equal(collectStrings(s["Action"]), []string{"s3:*"})
	})
	return missingSettings(map[string]bool{
		"public-access block":        public,
		"enforced ownership":         guard("BucketOwnershipControls").Input("rule.objectOwnership") == "BucketOwnerEnforced",
		"versioning":                 guard("BucketVersioningV2").Input("versioningConfiguration.status") == "Enabled",
		"encryption":                 algorithm == "aws:kms" && encryption.Input("rules[0].bucketKeyEnabled") == true || algorithm == "AES256" && isLog,
		"end for incomplete uploads": rules["abortIncompleteMultipartUpload"],
		"end for replaced versions":  rules["noncurrentVersionExpiration"],
		"colder class":               rules["STANDARD_IA"] || isLog && r.config.Buckets.AccessLogColdAfterDays() == 0,
		"end for logs":               rules["expiration"] || !isLog,
		"policy for TLS only":        tlsOnly,
		"access log":                 guard("BucketLoggingV2").Input("targetBucket") != nil || isLog,
	})
}

// missingSettings lists the guards that are not there.
func missingSettings(guards map[string]bool) []string {
	var all []string
	for name, there := range guards {
		if !there {
			all = append(all, name)
		}
	}
	return all
}

func listLength(list any) int {
	all, _ := list.([]any)
	return len(all)
}
