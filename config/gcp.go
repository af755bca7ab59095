package config

import "k8s.io/apimachinery/pkg/util/validation/field"

// GCP has the keys of Pulumi's Google Cloud provider.
type GCP struct {
	// ID of the project.
	Project string `json:"project" need:"required"`
	// Region of the stack, such as europe-west1.
	Region string `json:"region" need:"required"`
	// Project that is billed for requests, and whose quota they count against, if userProjectOverride is true.
	BillingProject string `json:"billingProject"`
	// Whether the requests count against the quota of billingProject, by default of the project of each resource.
	// Otherwise it is the quota project of the application default credentials.
	UserProjectOverride bool `json:"userProjectOverride"`
}

// validate checks the keys of the provider, which ignores a billing project without the override.
// https://registry.terraform.io/providers/hashicorp/google/latest/docs/guides/provider_reference#billing_project
func (g GCP) validate() field.ErrorList {
	errs := validateRequiredName(field.NewPath("gcp:project"), g.Project, gcpProject)
	errs = append(errs, validateRequiredName(field.NewPath("gcp:region"), g.Region, gcpRegion)...)
	errs = append(errs, gcpProject.validate(field.NewPath("gcp:billingProject"), g.BillingProject)...)
	if g.BillingProject != "" && !g.UserProjectOverride {
		errs = append(errs, field.Forbidden(field.NewPath("gcp:billingProject"), "has no effect unless gcp:userProjectOverride is true"))
	}
	return errs
}
