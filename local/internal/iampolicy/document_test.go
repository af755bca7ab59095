package iampolicy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/iampolicy"
)

func TestParse_unknownElements(t *testing.T) {
	const statement = `"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"`
	for _, test := range []struct{ name, policy, wantErr string }{
		{"list of statements", `{"Version": "2012-10-17", "Id": "a", "Statement": [{"Sid": "b", ` + statement + `}]}`, ""},
		{"one statement", `{"Version": "2012-10-17", "Statement": {` + statement + `}}`, ""},
		{"no version", `{"Statement": {` + statement + `}}`, `invalid version ""`},
		{"effect in small letters", `{"Version": "2012-10-17", "Statement": {"Effect": "allow"}}`, `invalid effect "allow"`},
		{"NotAction", `{"Version": "2012-10-17", "Statement": [{` + statement + `, "NotAction": "s3:*"}]}`, `unknown field "NotAction"`},
		{"NotResource", `{"Version": "2012-10-17", "Statement": {` + statement + `, "NotResource": "*"}}`, `unknown field "NotResource"`},
		{"NotPrincipal", `{"Version": "2012-10-17", "Statement": {` + statement + `, "NotPrincipal": "*"}}`, `unknown field "NotPrincipal"`},
		{"misspelt Condition", `{"Version": "2012-10-17", "Statement": {` + statement + `, "Conditions": {}}}`, `unknown field "Conditions"`},
		{"misspelt Statement", `{"Version": "2012-10-17", "Statements": []}`, `unknown field "Statements"`},
		{"more data", `{"Version": "2012-10-17", "Statement": []} {}`, "data after the end"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := iampolicy.Parse(test.policy)
			if test.wantErr == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, test.wantErr)
			}
		})
	}
}
