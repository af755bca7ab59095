package config

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// kmsKeyRegion is the element of a key's name that has its region, on both clouds: projects/PROJECT/locations/REGION/…,
// arn:aws:kms:REGION:….
const kmsKeyRegion = 3

// validateKMSKeyRegions checks that the configured keys are in the regions of what they encrypt. format is that of
// a key's name, whose elements have the separator between them. A global or multi-region key of Cloud KMS does not
// fit either: a bucket of the stack is in a region, and GKE supports regional keys only.
// https://cloud.google.com/storage/docs/encryption/customer-managed-keys
// https://cloud.google.com/kubernetes-engine/docs/how-to/encrypting-secrets
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
// https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html
func (c Config) validateKMSKeyRegions(format nameFormat, separator, bucketRegion, clusterRegion string) field.ErrorList {
	var errs field.ErrorList
	validate := func(fldPath *field.Path, key, region, encrypted string) {
		if region == "" || !format.pattern.MatchString(key) {
			return // reported elsewhere
		}
		if strings.Split(key, separator)[kmsKeyRegion] != region {
			errs = append(errs, field.Invalid(fldPath, key, fmt.Sprintf("must be a key in %s, the region of the %s", region, encrypted)))
		}
	}
	validate(Path("buckets", "kmsKey"), c.Buckets.KMSKey, bucketRegion, "buckets")
	if c.Cluster.Create != nil {
		validate(Path("cluster", "create", "kmsKey"), c.Cluster.Create.KMSKey, clusterRegion, "cluster")
	}
	return errs
}
