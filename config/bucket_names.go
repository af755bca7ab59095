package config

import (
	"fmt"
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// maxBucketNameLength is the maximum length of a bucket name on S3 and Cloud Storage, in characters.
const maxBucketNameLength = 63

// NameOverride returns the configured name of a bucket, or "" if the default applies.
func (b Buckets) NameOverride(bucket string) string {
	return map[string]string{ModelsBucket: b.Models, DatasetsBucket: b.Datasets, AccessLogsBucket: b.AccessLogs}[bucket]
}

// BucketName returns the configured name of a bucket, or the default name. account is the ID of the AWS account, "" on
// other clouds.
func (c Config) BucketName(account, stack, bucket string) string {
	if name := c.Buckets.NameOverride(bucket); name != "" {
		return name
	}
	return fmt.Sprintf("%s-%s-%s", platforms[c.Cloud].bucketPrefix(c, account), stack, bucket)
}

// validateDefaultBucketNames checks the default names, which contain the stack's name. It checks nothing if that is
// empty.
func (c Config) validateDefaultBucketNames(fldPath *field.Path, stack string) field.ErrorList {
	p, known := platforms[c.Cloud]
	if !known || p.bucketPrefix(c, "") == "" || stack == "" {
		return nil // another rule reports the missing cloud, project or region
	}
	var errs field.ErrorList
	for _, bucket := range []struct{ key, name string }{
		{"models", ModelsBucket}, {"datasets", DatasetsBucket}, {"accessLogs", AccessLogsBucket},
	} {
		fldPath := fldPath.Child(bucket.key)
		name := c.BucketName("123456789012", stack, bucket.name) // every account ID has 12 digits
		if c.Buckets.NameOverride(bucket.name) != "" || bucketName.MatchString(name) {
			continue
		}
		detail := "must be set, because the default name is invalid: it may contain only lower case letters, digits, hyphens and dots"
		if len(name) > maxBucketNameLength {
			detail = fmt.Sprintf("must be set, because the default name is too long: it has %d characters, the limit is %d",
				len(name), maxBucketNameLength)
		}
		errs = append(errs, field.Invalid(fldPath, c.BucketName("ACCOUNT", stack, bucket.name), detail))
	}
	return errs
}

// kmsAlias matches the alias of a KMS key. AWS reserves those that begin with aws/.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html
var kmsAlias = regexp.MustCompile(`^[a-zA-Z0-9/_-]{1,250}$`)

func (b Buckets) validateKMSAlias(fldPath *field.Path) field.ErrorList {
	reserved := strings.HasPrefix(b.KMSAlias, "aws/") || strings.HasPrefix(b.KMSAlias, "alias/")
	if b.KMSAlias == "" || kmsAlias.MatchString(b.KMSAlias) && !reserved {
		return nil
	}
	return field.ErrorList{field.Invalid(fldPath, b.KMSAlias,
		"must be up to 250 letters, digits, hyphens, underscores and slashes, and not begin with alias/ or aws/")}
}
