package config

import "k8s.io/apimachinery/pkg/util/validation/field"

// AWS has the keys of Pulumi's AWS provider.
type AWS struct {
	// Region of the stack, such as eu-west-1.
	Region string `json:"region" need:"required"`
	// Profile of the AWS CLI's configuration files, for the program and for its access to the cluster.
	Profile string `json:"profile"`
	// Role to assume, for the program and for its access to the cluster.
	AssumeRole AssumeRole `json:"assumeRole"`
	// IDs of the accounts that the program may run in. With the credentials of another account it fails.
	AllowedAccountIDs []string `json:"allowedAccountIds"`
	// IDs of accounts that the program may not run in, instead of allowedAccountIds.
	ForbiddenAccountIDs []string `json:"forbiddenAccountIds"`
}

// AssumeRole is a role that the program assumes.
type AssumeRole struct {
	// ARN of the role.
	RoleARN string `json:"roleArn"`
}

// validate checks the keys of the provider. The provider refuses both lists together.
func (a AWS) validate() field.ErrorList {
	fldPath := func(name string) *field.Path { return field.NewPath("aws:" + name) }
	errs := validateRequiredName(fldPath("region"), a.Region, awsRegionName)
	errs = append(errs, validatePrintable(fldPath("profile"), a.Profile)...)
	errs = append(errs, roleARN.validate(fldPath("assumeRole").Child("roleArn"), a.AssumeRole.RoleARN)...)
	for _, list := range []struct {
		key string
		ids []string
	}{{"allowedAccountIds", a.AllowedAccountIDs}, {"forbiddenAccountIds", a.ForbiddenAccountIDs}} {
		for i, id := range list.ids {
			errs = append(errs, validateRequiredName(fldPath(list.key).Index(i), id, accountID)...)
		}
	}
	if len(a.AllowedAccountIDs) > 0 && len(a.ForbiddenAccountIDs) > 0 {
		errs = append(errs, field.Forbidden(fldPath("forbiddenAccountIds"),
			"may not be set together with aws:allowedAccountIds: remove one"))
	}
	return errs
}
