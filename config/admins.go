package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// sessionARN matches the ARN of an assumed role's session, as STS returns it.
var sessionARN = regexp.MustCompile(`^arn:(aws[a-z-]*):sts::(\d{12}):assumed-role/([^/]+)/[^/]+$`)

// validateAdmins requires at least one administrator, because creating an EKS cluster does not give access to it.
func validateAdmins(admins []string, fldPath *field.Path) field.ErrorList {
	if len(admins) == 0 {
		return field.ErrorList{field.Required(fldPath,
			"must list the role or user that runs pulumi: only listed administrators have access")}
	}
	return validatePrincipals(admins, fldPath)
}

// validateViewers checks the viewers. A principal has one access entry, so an administrator cannot be a viewer, too.
// https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html
func (s ClusterSpec) validateViewers(fldPath *field.Path) field.ErrorList {
	errs := validatePrincipals(s.Viewers, fldPath.Child("viewers"))
	for i, arn := range s.Viewers {
		if slices.Contains(s.Admins, arn) {
			errs = append(errs, duplicate(fldPath.Child("viewers").Index(i), arn, fmt.Sprintf("already in %s", fldPath.Child("admins"))))
		}
	}
	return errs
}

// validatePrincipals checks the principals of access entries.
func validatePrincipals(arns []string, fldPath *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i, arn := range arns {
		if session := sessionARN.FindStringSubmatch(arn); session != nil {
			errs = append(errs, field.Invalid(fldPath.Index(i), arn, fmt.Sprintf("must be the ARN of a role, not of its session "+
				"(aws iam get-role --role-name %s --query Role.Arn)", session[3])))
			continue
		}
		errs = append(errs, validateRequiredName(fldPath.Index(i), arn, principalARN)...)
	}
	return append(errs, validateUnique(fldPath, arns)...)
}

// IsAdmin reports whether the caller with the ARN that STS returns is one of the administrators. The ARN of a session
// contains the name of its role, but not the role's path. Paths are not compared, because role names are unique in an
// account.
func (s ClusterSpec) IsAdmin(callerARN string) bool {
	principal := callerARN
	if session := sessionARN.FindStringSubmatch(callerARN); session != nil {
		principal = fmt.Sprintf("arn:%s:iam::%s:role/%s", session[1], session[2], session[3])
	}
	for _, admin := range s.Admins {
		if withoutPath(admin) == withoutPath(principal) {
			return true
		}
	}
	return false
}

// HasAdminIn reports whether one of the administrators is in an AWS account.
func (s ClusterSpec) HasAdminIn(account string) bool {
	return slices.Contains(s.AdminAccounts(), account)
}

// AdminAccounts returns the AWS account of each administrator.
func (s ClusterSpec) AdminAccounts() []string {
	var accounts []string
	for _, arn := range s.Admins {
		accounts = append(accounts, strings.Split(arn, ":")[4]) // arn:PARTITION:iam::ACCOUNT:role/NAME
	}
	return accounts
}

// withoutPath removes the path from the ARN of a role or user.
func withoutPath(arn string) string {
	resourceType, name, ok := strings.Cut(arn, "/")
	if !ok {
		return arn
	}
	return resourceType + "/" + name[strings.LastIndex(name, "/")+1:]
}
