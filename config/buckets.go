package config

import (
	"fmt"
	"regexp"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Names by which artifacts refer to buckets.
const (
	ModelsBucket   = "models"
	DatasetsBucket = "datasets"
)

// AccessLogsBucket receives the access logs of the other buckets. It has no artifacts.
const AccessLogsBucket = "access-logs"

// BucketNames returns the names by which artifacts refer to buckets.
func BucketNames() []string { return []string{ModelsBucket, DatasetsBucket} }

// Buckets are the stack's buckets: their names and retention.
type Buckets struct {
	// Name of the bucket for models. Default: PROJECT-STACK-models on GKE, ACCOUNT-REGION-STACK-models on EKS.
	Models string `json:"models"`
	// Name of the bucket for datasets. Default: as for models, with the suffix -datasets.
	Datasets string `json:"datasets"`
	// Whether a third bucket receives the access logs of the others. An organization that restricts sharing to its
	// domains refuses it on GKE: use Cloud Audit Logs there.
	AccessLogging *bool `json:"accessLogging" default:"true"`
	// Name of the bucket for the access logs of the other buckets. Default: as for models, with the suffix
	// -access-logs.
	AccessLogs string `json:"accessLogs"`
	// Age in days at which an object moves to a cheaper storage class (NEARLINE, STANDARD_IA). At least 30 on EKS.
	ColdAfterDays int `json:"coldAfterDays" default:"90"`
	// Retention of noncurrent object versions.
	Noncurrent NoncurrentVersions `json:"noncurrent"`
	// Days during which a deleted object can be restored: 7 to 90, or 0 to disable soft delete. No effect on EKS.
	SoftDeleteDays int `json:"softDeleteDays" default:"7"`
	// Age in days at which access logs are deleted.
	LogDays int `json:"logDays" default:"365"`
	// KMS key that encrypts the objects, in the stack's region: projects/…/cryptoKeys/NAME on GKE, an ARN on EKS.
	// Default: a Google-managed key on GKE, a key that the stack creates on EKS.
	KMSKey string `json:"kmsKey"`
	// Alias of the key that a stack on EKS creates, without alias/. No effect on GKE. Default: PROJECT-STACK-buckets, with
	// the name of the Pulumi project.
	KMSAlias string `json:"kmsAlias"`
	// Whether destroying the stack deletes the buckets with all objects. Otherwise the buckets are kept.
	ForceDestroy bool `json:"forceDestroy"`
}

// NoncurrentVersions is the retention of object versions that a newer version has replaced. A release can pin such a
// version only while it is kept.
type NoncurrentVersions struct {
	// Number of noncurrent versions that are kept regardless of age, 1 to 100. Access logs have none.
	Keep int `json:"keep" default:"3"`
	// Days after which all other noncurrent versions are deleted, counted from their replacement.
	Days int `json:"days" default:"90"`
}

// AccessLogColdAfterDays returns the age in days at which access logs move to a cheaper storage class, or 0 if they are
// deleted earlier.
func (b Buckets) AccessLogColdAfterDays() int {
	if b.ColdAfterDays >= b.LogDays {
		return 0
	}
	return b.ColdAfterDays
}

// bucketName matches names that both S3 and Cloud Storage accept.
var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

func (b Buckets) validate(fldPath *field.Path, kmsKey nameFormat) field.ErrorList {
	errs := validateAtLeast(fldPath.Child("coldAfterDays"), b.ColdAfterDays, 1)
	errs = append(errs, validateAtLeast(fldPath.Child("logDays"), b.LogDays, 1)...)
	errs = append(errs, validateAtLeast(fldPath.Child("noncurrent", "days"), b.Noncurrent.Days, 1)...)
	errs = append(errs, validateBetween(fldPath.Child("noncurrent", "keep"), b.Noncurrent.Keep, 1, 100)...) // the limits of S3
	if b.SoftDeleteDays != 0 && (b.SoftDeleteDays < 7 || b.SoftDeleteDays > 90) {
		errs = append(errs, field.Invalid(fldPath.Child("softDeleteDays"), b.SoftDeleteDays, "must be 0, or between 7 and 90"))
	}
	errs = append(errs, kmsKey.validate(fldPath.Child("kmsKey"), b.KMSKey)...)
	errs = append(errs, b.validateKMSAlias(fldPath.Child("kmsAlias"))...)
	return append(errs, b.validateNames(fldPath)...)
}

func (b Buckets) validateNames(fldPath *field.Path) field.ErrorList {
	var errs field.ErrorList
	seen := map[string]*field.Path{}
	for _, bucket := range []struct{ key, name string }{{"models", b.Models}, {"datasets", b.Datasets}, {"accessLogs", b.AccessLogs}} {
		fldPath := fldPath.Child(bucket.key)
		if bucket.name == "" {
			continue
		}
		if !bucketName.MatchString(bucket.name) {
			errs = append(errs, field.Invalid(fldPath, bucket.name, "must be 3 to 63 lower case letters, digits, hyphens and dots"))
		} else if other, ok := seen[bucket.name]; ok {
			errs = append(errs, duplicate(fldPath, bucket.name, fmt.Sprintf("must differ from %s", other)))
		}
		seen[bucket.name] = fldPath
	}
	return errs
}
