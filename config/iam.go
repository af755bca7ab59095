package config

import (
	"fmt"
	"regexp"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// IAM has settings of every IAM role that the stack creates, for organizations that require them.
type IAM struct {
	// Path of the roles, such as /ml/. Choose it before the first pulumi up: IAM cannot move a role, and another role
	// replaces the cluster. Default: /.
	Path string `json:"path"`
	// ARN of the IAM policy that is the permissions boundary of the roles. It must allow what the roles need.
	PermissionsBoundary string `json:"permissionsBoundary"`
}

// maxIAMPath is the maximum length of a path.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
const maxIAMPath = 512

// iamPath matches a path with the characters of names in IAM.
var iamPath = regexp.MustCompile(`^/([A-Za-z0-9+=,.@_-]+/)*$`)

var iamPolicyARN = nameFormat{
	regexp.MustCompile(`^arn:aws[a-z-]*:iam::(\d{12}|aws):policy/[A-Za-z0-9+=,.@_/-]+$`),
	"the ARN of an IAM policy: arn:aws:iam::ACCOUNT:policy/NAME",
}

func (i IAM) validate(fldPath *field.Path) field.ErrorList {
	errs := iamPolicyARN.validate(fldPath.Child("permissionsBoundary"), i.PermissionsBoundary)
	if i.Path != "" && (!iamPath.MatchString(i.Path) || len(i.Path) > maxIAMPath) {
		errs = append(errs, field.Invalid(fldPath.Child("path"), i.Path, fmt.Sprintf(
			"must have the form /FOLDER/, at most %d letters, digits and + = , . @ _ -", maxIAMPath)))
	}
	return errs
}
