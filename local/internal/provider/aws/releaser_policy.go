package aws

import (
	"slices"
	"strings"

	"github.com/modelferry/modelferry/local/internal/iampolicy"
	"github.com/modelferry/modelferry/local/internal/releaser"
)

// releaserStatements returns what the releaser may do in a bucket with a policy: it reads and creates the objects that
// the services' roles read, and the records of releases. It returns none if there are no such roles.
func releaserStatements(policy iampolicy.Document, bucket string) []iampolicy.Statement {
	arn := "arn:aws:s3:::" + bucket
	objects, prefixes := iampolicy.Strings{}, iampolicy.Strings{}
	add := func(pattern string) {
		if !slices.Contains(prefixes, pattern) {
			objects, prefixes = append(objects, arn+"/"+pattern), append(prefixes, pattern)
		}
	}
	for _, statement := range policy.Statement {
		if statement.Effect != "Allow" || !slices.Contains(statement.Action, "s3:GetObject") {
			continue
		}
		for _, resource := range statement.Resource {
			// Only prefixes: a role that reads the whole bucket is not that of a service.
			if pattern, ok := strings.CutPrefix(resource, arn+"/"); ok && strings.HasSuffix(pattern, "/*") {
				add(pattern)
			}
		}
	}
	if len(objects) == 0 {
		return nil
	}
	add(releaser.ReleasesPrefix + "*")
	principal := map[string]any{"AWS": []string{releaser.AccessKeyID}}
	return []iampolicy.Statement{
		{
			Effect: "Allow", Principal: principal, Resource: objects,
			Action: iampolicy.Strings{
				"s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts",
			},
		},
		{
			Effect: "Allow", Principal: principal, Resource: iampolicy.Strings{arn}, Action: iampolicy.Strings{"s3:ListBucket"},
			Condition: map[string]map[string]iampolicy.Strings{"StringLike": {"s3:prefix": prefixes}},
		},
		{
			Effect: "Allow", Principal: principal, Resource: iampolicy.Strings{arn},
			Action: iampolicy.Strings{"s3:ListBucketMultipartUploads"},
		},
	}
}
