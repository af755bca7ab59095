package aws

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/iampolicy"
)

func TestReleaserStatements(t *testing.T) {
	const arn = "arn:aws:s3:::models"
	allow := func(action string, resources ...string) iampolicy.Statement {
		return iampolicy.Statement{Effect: "Allow", Action: iampolicy.Strings{action}, Resource: resources}
	}
	deny := allow("s3:GetObject", arn+"/secret/*")
	deny.Effect = "Deny"
	policy := iampolicy.Document{Statement: iampolicy.Statements{
		allow("s3:GetObject", arn+"/bankchurn/*"), allow("s3:ListBucket", arn), allow("s3:GetObject", arn+"/bankchurn/*"),
		allow("s3:GetObject", arn+"/one-object"), allow("s3:PutObject", arn+"/other/*"), deny,
	}}
	statements := releaserStatements(policy, "models")
	require.Len(t, statements, 3)
	objects := statements[0]
	require.Equal(t, iampolicy.Strings{arn + "/bankchurn/*", arn + "/.modelferry/releases/*"}, objects.Resource)
	require.Contains(t, objects.Action, "s3:PutObject")
	require.NotContains(t, objects.Action, "s3:DeleteObject")
	require.Equal(t, map[string]any{"AWS": []string{"AKIAMODELFERRYRELEAS"}}, objects.Principal)
	require.Equal(t, iampolicy.Strings{"bankchurn/*", ".modelferry/releases/*"}, statements[1].Condition["StringLike"]["s3:prefix"])
	require.Equal(t, iampolicy.Strings{"s3:ListBucketMultipartUploads"}, statements[2].Action, "an interrupted upload is continued")

	require.Empty(t, releaserStatements(iampolicy.Document{}, "models"), "a bucket that no service reads")
}
