package config

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// maxBucketNameLength is that of S3 and of Cloud Storage, in characters.
const maxBucketNameLength = 63

// NameOverride returns the configured name of a bucket, "" for the default one.
func (b Buckets) NameOverride(bucket string) string {
	return map[string]string{ModelsBucket: b.Models, DatasetsBucket: b.Datasets, AccessLogsBucket: b.AccessLogs}[bucket]
}

// BucketName returns the name of a bucket: the configured one, or the stack's
// default. account is the ID of the AWS account, "" on other clouds.
func (c Config) BucketName(account, stack, bucket string) string {
	if name := c.Buckets.NameOverride(bucket); name != "" {
		return name
	}
	return fmt.Sprintf("%s-%s-%s", platforms[c.Cloud].bucketPrefix(c, account), stack, bucket)
}

// validateDefaultBucketNames checks the default names, which contain the
// stack's name. Without a stack's name it checks nothing.
func (c Config) validateDefaultBucketNames(fldPath *field.Path, stack string) field.ErrorList {
	p, known := platforms[c.Cloud]
	if !known || p.bucketPrefix(c, "") == "" || stack == "" {
		return nil // a missing cloud, project or region is reported as such
	}
	var errs field.ErrorList
	for _, bucket := range []struct{ key, name string }{
		{"models", ModelsBucket}, {"datasets", DatasetsBucket}, {"accessLogs", AccessLogsBucket},
	} {
		fldPath := fldPath.Child(bucket.key)
		name := c.BucketName(strings.Repeat("1", len("123456789012")), stack, bucket.name) // any account's ID
		if c.Buckets.NameOverride(bucket.name) != "" || bucketName.MatchString(name) {
			continue
		}
		detail := "must be set, or the stack renamed: the default name may contain lower case letters, digits, hyphens and dots only"
		if len(name) > maxBucketNameLength {
			detail = fmt.Sprintf("must be set, or the stack renamed: the default name has %d characters, and %d is the limit",
				len(name), maxBucketNameLength)
		}
		errs = append(errs, field.Invalid(fldPath, c.BucketName("ACCOUNT", stack, bucket.name), detail))
	}
	return errs
}
