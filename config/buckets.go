package config

import (
	"fmt"
	"regexp"
	"strings"
)

// The buckets that artifacts lie in, by the names that the catalogue uses.
const (
	ModelsBucket   = "models"
	DatasetsBucket = "datasets"
)

// AccessLogsBucket is the bucket that says who read the others. No artifact lies in it.
const AccessLogsBucket = "access-logs"

// Buckets names the stack's buckets and says how long they keep what.
type Buckets struct {
	// Name of the bucket for models. Default: PROJECT-STACK-models on GKE, ACCOUNT-REGION-STACK-models on EKS.
	Models string `json:"models"`
	// Name of the bucket for datasets. Default: as for models, ending in -datasets.
	Datasets string `json:"datasets"`
	// Name of the bucket for the access logs of the others. Default: as for models, ending in -access-logs.
	AccessLogs string `json:"accessLogs"`
	// Age in days at which an object moves to the cheaper class (NEARLINE, STANDARD_IA), access logs too where they are kept longer.
	ColdAfterDays int `json:"coldAfterDays" default:"90"`
	// What becomes of versions that newer ones have replaced.
	Noncurrent NoncurrentVersions `json:"noncurrent"`
	// Days for which a deleted object can be had back (GKE), 7 to 90; 0 for not at all.
	SoftDeleteDays int `json:"softDeleteDays" default:"7"`
	// Age in days at which access logs are deleted.
	LogDays int `json:"logDays" default:"365"`
	// Key to encrypt with: its ARN, or projects/…/cryptoKeys/NAME. Default: a key of the stack's own on EKS, Google's on GKE.
	KMSKey string `json:"kmsKey"`
	// Whether destroying the stack deletes the buckets with all that they hold. Otherwise they stay behind.
	ForceDestroy bool `json:"forceDestroy"`
}

// NoncurrentVersions is how long the versions of an object are kept that another has
// replaced. A release that pins such a version needs it.
type NoncurrentVersions struct {
	// Number of replaced versions that are kept, however old.
	Keep int `json:"keep" default:"3"`
	// Age in days, since it was replaced, at which a version beyond those is deleted.
	Days int `json:"days" default:"90"`
}

// BucketNames returns the names by which the catalogue refers to buckets.
func BucketNames() []string { return []string{ModelsBucket, DatasetsBucket} }

// AccessLogColdAfterDays is the age at which access logs move to the cheaper class,
// 0 where they are deleted before.
func (b Buckets) AccessLogColdAfterDays() int {
	if b.ColdAfterDays >= b.LogDays {
		return 0
	}
	return b.ColdAfterDays
}

// NameOverride returns the configured name of a bucket, "" for the default one.
func (b Buckets) NameOverride(bucket string) string {
	return map[string]string{ModelsBucket: b.Models, DatasetsBucket: b.Datasets, AccessLogsBucket: b.AccessLogs}[bucket]
}

// BucketName returns the name of a bucket: the configured one, or the stack's
// default. account is AWS's number for it, which only AWS knows.
func (c Config) BucketName(account, stack, bucket string) string {
	if name := c.Buckets.NameOverride(bucket); name != "" {
		return name
	}
	if c.Cloud == EKS { // unique in all of S3
		return fmt.Sprintf("%s-%s-%s-%s", account, c.AWS.Region, stack, bucket)
	}
	return fmt.Sprintf("%s-%s-%s", c.GCP.Project, stack, bucket)
}

// checkBucketNames checks the default names, which no one wrote.
func (c Config) checkBucketNames(f *Faults, stack string) {
	place := c.GCP.Project
	if c.Cloud == EKS {
		place = c.AWS.Region
	}
	if place == "" || stack == "" {
		return // said elsewhere, or nobody's business here
	}
	for key, bucket := range map[string]string{"models": ModelsBucket, "datasets": DatasetsBucket, "accessLogs": AccessLogsBucket} {
		name := c.BucketName(strings.Repeat("1", accountDigits), stack, bucket)
		if c.Buckets.NameOverride(bucket) != "" || bucketName.MatchString(name) {
			continue
		}
		shown, at := c.BucketName("ACCOUNT", stack, bucket), "buckets."+key
		if len(name) > maxBucketName {
			f.add(at, "the default name, %s, has %d characters, and a bucket's has %d at most: name the bucket here, or the stack shorter than %s",
				shown, len(name), maxBucketName, stack)
		} else {
			f.add(at, "the default name, %s, is none for a bucket, of small letters, digits, hyphens and dots: name the bucket here, or the stack otherwise", shown)
		}
	}
}

const (
	maxBucketName = 63
	accountDigits = 12
)

// bucketName is what S3 and Cloud Storage both take.
var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// minColdDays is how old an object has to be before S3 moves it to STANDARD_IA.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
const minColdDays = 30

func (b Buckets) check(f *Faults, cloud Cloud) {
	for path, days := range map[string]int{"coldAfterDays": b.ColdAfterDays, "logDays": b.LogDays, "noncurrent.days": b.Noncurrent.Days} {
		if days < 1 {
			f.add("buckets."+path, "has to be 1 or more, not %d", days)
		}
	}
	if cloud == EKS && b.ColdAfterDays >= 1 && b.ColdAfterDays < minColdDays {
		f.add("buckets.coldAfterDays", "has to be %d or more on S3, not %d", minColdDays, b.ColdAfterDays)
	}
	if b.Noncurrent.Keep < 1 || b.Noncurrent.Keep > 100 { // S3's bounds
		f.add("buckets.noncurrent.keep", "has to be 1 to 100, not %d", b.Noncurrent.Keep)
	}
	if b.SoftDeleteDays != 0 && (b.SoftDeleteDays < 7 || b.SoftDeleteDays > 90) {
		f.add("buckets.softDeleteDays", "has to be 0, or 7 to 90, not %d", b.SoftDeleteDays)
	}
	taken := map[string]string{}
	for _, bucket := range []struct{ key, name string }{{"models", b.Models}, {"datasets", b.Datasets}, {"accessLogs", b.AccessLogs}} {
		if bucket.name == "" {
			continue
		}
		if !bucketName.MatchString(bucket.name) {
			f.add("buckets."+bucket.key, "%q is no bucket's name: write 3 to 63 small letters, digits, hyphens and dots", bucket.name)
		} else if other, ok := taken[bucket.name]; ok {
			f.add("buckets."+bucket.key, "is the same bucket as buckets.%s: each needs its own", other)
		}
		taken[bucket.name] = bucket.key
	}
}

// keyName is how a cloud names a key.
var keyName = map[Cloud]*regexp.Regexp{
	GKE: regexp.MustCompile(`^projects/[^/]+/locations/[^/]+/keyRings/[^/]+/cryptoKeys/[^/]+$`),
	EKS: regexp.MustCompile(`^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$`),
}

// key checks the name of a key, where one is given.
func (f *Faults) key(cloud Cloud, path, name string) {
	pattern, known := keyName[cloud]
	if name == "" || !known || pattern.MatchString(name) {
		return
	}
	example := map[Cloud]string{
		GKE: "projects/P/locations/REGION/keyRings/R/cryptoKeys/K", EKS: "arn:aws:kms:REGION:ACCOUNT:key/ID",
	}[cloud]
	f.add(path, "%q is no key on %s: write %s", name, cloud, example)
}
