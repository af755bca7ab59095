// Package newstack writes the stack file of a new stack: where it runs, and a release of each service that is not
// published yet.
package newstack

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/modelferry/modelferry/config"
)

// Options are the values that differ from stack to stack.
type Options struct {
	// Stack is the name of the stack.
	Stack string
	// Cloud that the stack runs on.
	Cloud config.Cloud
	// Project is the ID of the Google Cloud project, Account the number of the AWS account.
	Project, Account string
	// Region of the cloud.
	Region string
	// Owner and CostCentre are labels on every resource, "" for none.
	Owner, CostCentre string
	// ExistingCluster is the name of a cluster to use, "" to create one.
	ExistingCluster string
	// Cluster is the name of the cluster to create, MachineType that of its nodes.
	Cluster, MachineType string
	// AuthorizedNetworks may reach the API server of the cluster to create, as CIDRs.
	AuthorizedNetworks []string
	// Admins are the roles and users that administer an EKS cluster to create, as ARNs.
	Admins []string
}

// CloudNames returns the names of the supported clouds.
func CloudNames() []string {
	var names []string
	for _, cloud := range config.Clouds() {
		names = append(names, string(cloud))
	}
	return names
}

// DefaultCluster is the default name of the cluster to create.
const DefaultCluster = "modelferry"

// https://www.pulumi.com/docs/iac/concepts/stacks/#create-stack
var stackName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,100}$`)

// https://docs.aws.amazon.com/accounts/latest/reference/API_Account.html
var accountNumber = regexp.MustCompile(`^[0-9]{12}$`)

// withDefaults returns the options with the defaults of those that are not set.
func (o Options) withDefaults() Options {
	if o.ExistingCluster != "" {
		return o
	}
	o.Cluster = cmp.Or(o.Cluster, DefaultCluster)
	o.MachineType = cmp.Or(o.MachineType, o.Cloud.NewStack().MachineType)
	return o
}

// validate checks what config.Load does not see, or would report as a value of the file. The paths of the errors are
// flags.
func (o Options) validate() field.ErrorList {
	var errs field.ErrorList
	if !stackName.MatchString(o.Stack) {
		errs = append(errs, field.Invalid(field.NewPath("--stack"), o.Stack,
			"must be up to 100 letters, digits, hyphens, underscores and periods"))
	}
	if !slices.Contains(config.Clouds(), o.Cloud) {
		return append(errs, field.NotSupported(field.NewPath("--cloud"), o.Cloud, config.Clouds()))
	}
	cloud := o.Cloud.NewStack()
	if !cloud.HasProject && !accountNumber.MatchString(o.Account) {
		errs = append(errs, field.Invalid(field.NewPath("--account"), o.Account,
			"must be the 12 digits of an AWS account (aws sts get-caller-identity)"))
	}
	for _, flag := range []struct {
		name, value string
		used        bool
	}{
		{"--project", o.Project, cloud.HasProject}, {"--account", o.Account, !cloud.HasProject},
		{"--admin", strings.Join(o.Admins, ","), cloud.HasAdmins},
	} {
		if flag.value != "" && !flag.used {
			errs = append(errs, field.Forbidden(field.NewPath(flag.name), fmt.Sprintf("a stack on %s has none: remove it", o.Cloud)))
		}
	}
	return append(errs, o.validateCluster()...)
}

// validateCluster rejects settings of a cluster to create if there is an existing one.
func (o Options) validateCluster() field.ErrorList {
	var errs field.ErrorList
	if o.ExistingCluster == "" {
		return nil
	}
	for _, flag := range []struct{ name, value string }{
		{"--cluster", o.Cluster}, {"--machine-type", o.MachineType},
		{"--authorized-network", strings.Join(o.AuthorizedNetworks, ",")}, {"--admin", strings.Join(o.Admins, ",")},
	} {
		if flag.value != "" {
			errs = append(errs, field.Forbidden(field.NewPath(flag.name), "the existing cluster keeps its own: remove it"))
		}
	}
	return errs
}

// registry returns the address of the stack's image registry, to which the name of an image is added.
func (o Options) registry() string {
	cloud := o.Cloud.NewStack()
	if cloud.HasProject {
		return cloud.ImageRegistry(o.Project, o.Region)
	}
	return cloud.ImageRegistry(o.Account, o.Region)
}
