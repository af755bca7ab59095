package program

import (
	"fmt"
	"slices"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// unguardedBuckets finds buckets without one of their guards. What the guards
// are set to in the repository's stacks is in stack/tests/platform/buckets_test.go.
func unguardedBuckets(r *ran) []string {
	var found []string
	for typ, missing := range map[string]func(*ran, stacktest.Registration) []string{
		"gcp:storage/bucket:Bucket": missingOnGKE, "aws:s3/bucketV2:BucketV2": missingOnEKS, "aws:s3/bucket:Bucket": legacy,
	} {
		for _, bucket := range r.Of(typ) {
			if bucket.Type != typ {
				continue
			}
			missed := missing(r, bucket)
			if bucket.Retained == r.config.Buckets.ForceDestroy {
				missed = append(missed, "retention as configured")
			}
			if bucket.At("forceDestroy") != r.config.Buckets.ForceDestroy {
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

func legacy(*ran, stacktest.Registration) []string {
	return []string{"BucketV2: it is of the old type"}
}

func missingOnGKE(r *ran, bucket stacktest.Registration) []string {
	rules := map[any]bool{}
	for k := range length(bucket.At("lifecycleRules")) {
		kind := bucket.At(fmt.Sprintf("lifecycleRules[%d].action.type", k))
		if kind == "Delete" && bucket.At(fmt.Sprintf("lifecycleRules[%d].condition.daysSinceNoncurrentTime", k)) != nil {
			kind = "DeleteNoncurrent"
		}
		if class := bucket.At(fmt.Sprintf("lifecycleRules[%d].action.storageClass", k)); class != nil {
			kind = fmt.Sprintf("%v %v", kind, class)
		}
		rules[kind] = true
	}
	isLog := bucket.Name == "access-logs"
	return missing(map[string]bool{
		"uniform access":               bucket.At("uniformBucketLevelAccess") == true,
		"prevention of public access":  bucket.At("publicAccessPrevention") == "enforced",
		"versioning":                   bucket.At("versioning.enabled") == true,
		"soft delete":                  bucket.At("softDeletePolicy.retentionDurationSeconds") != nil,
		"end for incomplete uploads":   rules["AbortIncompleteMultipartUpload"],
		"end for replaced versions":    rules["DeleteNoncurrent"],
		"colder class":                 rules["SetStorageClass NEARLINE"] || isLog && r.config.Buckets.AccessLogColdAfterDays() == 0,
		"end for logs":                 rules["Delete"] || !isLog,
		"access log":                   bucket.At("logging.logBucket") != nil || isLog,
		"key that the config names":    bucket.At("encryption.defaultKmsKeyName") != nil || r.config.Buckets.KMSKey == "",
		"region of the stack":          bucket.At("location") == r.config.GCP.Region,
		"no grant to everyone, by ACL": bucket.At("predefinedAcl") == nil,
	})
}

func missingOnEKS(r *ran, bucket stacktest.Registration) []string {
	isLog := bucket.Name == "access-logs"
	guard := func(typ string) stacktest.Registration {
		for _, each := range r.Of(typ) {
			if each.Parent == bucket.Parent && each.Retained != r.config.Buckets.ForceDestroy {
				return each
			}
		}
		return stacktest.Registration{}
	}
	public := true
	for _, key := range []string{"blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"} {
		public = public && guard("BucketPublicAccessBlock").At(key) == true
	}
	rules := map[string]bool{}
	lifecycle := guard("BucketLifecycleConfigurationV2")
	for k := range length(lifecycle.At("rules")) {
		for _, key := range []string{"abortIncompleteMultipartUpload", "noncurrentVersionExpiration", "expiration"} {
			rules[key] = rules[key] || lifecycle.At(fmt.Sprintf("rules[%d].%s", k, key)) != nil
		}
		class, _ := lifecycle.At(fmt.Sprintf("rules[%d].transitions[0].storageClass", k)).(string)
		rules[class] = true
	}
	encryption := guard("BucketServerSideEncryptionConfigurationV2")
	algorithm := encryption.At("rules[0].applyServerSideEncryptionByDefault.sseAlgorithm")
	policy, _ := guard("BucketPolicy").At("policy").(string)
	tlsOnly := policy == stacktest.Unknown && r.Preview || slices.ContainsFunc(statements(policy), func(s object) bool {
		arn := "arn:aws:s3:::" + fmt.Sprint(bucket.At("bucket"))
		return wideStatements[0].is(s) && slices.Equal(texts(s["Resource"]), []string{arn, arn + "/*"}) && slices.Equal(texts(s["Action"]), []string{"s3:*"})
	})
	return missing(map[string]bool{
		"public-access block":        public,
		"enforced ownership":         guard("BucketOwnershipControls").At("rule.objectOwnership") == "BucketOwnerEnforced",
		"versioning":                 guard("BucketVersioningV2").At("versioningConfiguration.status") == "Enabled",
		"encryption":                 algorithm == "aws:kms" && encryption.At("rules[0].bucketKeyEnabled") == true || algorithm == "AES256" && isLog,
		"end for incomplete uploads": rules["abortIncompleteMultipartUpload"],
		"end for replaced versions":  rules["noncurrentVersionExpiration"],
		"colder class":               rules["STANDARD_IA"] || isLog && r.config.Buckets.AccessLogColdAfterDays() == 0,
		"end for logs":               rules["expiration"] || !isLog,
		"policy for TLS only":        tlsOnly,
		"access log":                 guard("BucketLoggingV2").At("targetBucket") != nil || isLog,
	})
}

// missing lists the guards that are not there.
func missing(guards map[string]bool) []string {
	var all []string
	for name, there := range guards {
		if !there {
			all = append(all, name)
		}
	}
	return all
}

func length(list any) int {
	all, _ := list.([]any)
	return len(all)
}
