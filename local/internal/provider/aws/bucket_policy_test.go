package aws

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/iampolicy"
)

type jsonObject = map[string]any

func TestRestrictToBucket(t *testing.T) {
	const arn = "arn:aws:s3:::"
	for _, test := range []struct {
		name     string
		action   string
		resource string
		want     []string
		wantErr  string
	}{
		{"prefix", "s3:GetObject", arn + "models/bankchurn/*", []string{arn + "models/bankchurn/*"}, ""},
		{"bucket", "s3:ListBucket", arn + "models", []string{arn + "models"}, ""},
		{"everything", "*", "*", []string{arn + "models", arn + "models/*"}, ""},
		{"all buckets, and their objects", "s3:*", arn + "*", []string{arn + "models", arn + "models/*"}, ""},
		{"a * spans the bucket and the key", "s3:*", arn + "mod*/x", []string{arn + "models/*/x", arn + "models/x"}, ""},
		{"case of the service", "S3:GetObject", arn + "models/a", []string{arn + "models/a"}, ""},
		{"another bucket", "s3:GetObject", arn + "datasets/*", nil, ""},
		{"another service", "ec2:DescribeInstances", "*", nil, ""},
		{"pattern for services", "s*:GetObject", "*", nil, `unsupported action "s*:GetObject"`},
		{"variable", "s3:GetObject", arn + "models/${aws:username}/*", nil, "policy variables"},
	} {
		t.Run(test.name, func(t *testing.T) {
			restricted, ok, err := restrictToBucket(iampolicy.Statement{
				Effect: "Allow", Action: iampolicy.Strings{test.action}, Resource: iampolicy.Strings{test.resource},
			}, "models")
			if test.wantErr != "" {
				require.ErrorContains(t, err, test.wantErr)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.want != nil, ok)
			if ok {
				require.ElementsMatch(t, test.want, restricted.Resource)
			}
		})
	}
}

func TestEffectiveBucketPolicy_unsupportedConditions(t *testing.T) {
	for _, test := range []struct{ operator, key, wantErr string }{
		{"StringLike", "s3:prefix", ""},
		{"StringEquals", "S3:Prefix", ""},
		{"StringLike", "s3:prefx", `policy of role "r": unsupported condition key "s3:prefx": must be s3:prefix`},
		{"StringNotLike", "s3:prefix", `unsupported condition operator "StringNotLike"`},
		{"StringLike", "aws:SourceIp", `unsupported condition key "aws:SourceIp"`},
	} {
		cloud := &cloudstate.Cloud{}
		putRole(cloud, "r", jsonObject{
			"Effect": "Deny", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::models",
			"Condition": jsonObject{test.operator: jsonObject{test.key: "a/*"}},
		})
		_, err := effectiveBucketPolicy(cloud, "models", func(string) bool { return true })
		if test.wantErr == "" {
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, test.wantErr)
		}
	}
}

// putRole puts a role with an inline policy into the cloud.
func putRole(cloud *cloudstate.Cloud, name string, statements ...jsonObject) {
	cloud.Put(cloudstate.Resource{
		Type: RoleType, ID: name, Outputs: jsonObject{"uniqueId": "AROA" + name},
		Inputs: jsonObject{"inlinePolicies": []any{
			jsonObject{"policy": jsonObject{"Version": "2012-10-17", "Statement": statements}},
		}},
	})
}

// Without a role's policy, or with another Deny, a bucket's policy has no statement more that allows, and none less
// that denies. The S3 server lets a Deny override an Allow.
func TestEffectiveBucketPolicy_monotonic(t *testing.T) {
	statement := func(effects ...string) *rapid.Generator[jsonObject] {
		return rapid.Custom(func(t *rapid.T) jsonObject {
			return jsonObject{
				"Effect":   rapid.SampledFrom(effects).Draw(t, "effect"),
				"Action":   rapid.SampledFrom([]string{"s3:GetObject", "s3:*", "*", "ec2:*"}).Draw(t, "action"),
				"Resource": "arn:aws:s3:::" + rapid.SampledFrom([]string{"*", "models", "models/a/*", "data*"}).Draw(t, "resource"),
			}
		})
	}
	statements := func(cloud *cloudstate.Cloud, effect string) []iampolicy.Statement {
		policy, err := effectiveBucketPolicy(cloud, "models", func(string) bool { return true })
		require.NoError(t, err)
		return slices.DeleteFunc(policy.Statement, func(s iampolicy.Statement) bool { return s.Effect != effect })
	}
	nonEmpty := 0
	rapid.Check(t, func(t *rapid.T) {
		granted := rapid.SliceOfN(statement("Allow", "Deny"), 1, 4).Draw(t, "statements")
		cloud, denied, revoked := &cloudstate.Cloud{}, &cloudstate.Cloud{}, &cloudstate.Cloud{}
		for _, c := range []*cloudstate.Cloud{cloud, denied} {
			putRole(c, "a", granted...)
			putRole(c, "b", granted[0])
		}
		putRole(denied, "c", statement("Deny").Draw(t, "deny"))
		putRole(revoked, "b", granted[0])
		nonEmpty += len(statements(cloud, "Allow"))
		require.ElementsMatch(t, statements(cloud, "Allow"), statements(denied, "Allow"))
		require.Subset(t, statements(denied, "Deny"), statements(cloud, "Deny"))
		require.Subset(t, statements(cloud, "Allow"), statements(revoked, "Allow"))
	})
	require.Positive(t, nonEmpty)
}
