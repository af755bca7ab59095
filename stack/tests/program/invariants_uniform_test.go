package program

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config/configtest"
	"github.com/modelferry/modelferry/stack/stacktest"
)

// Names of what a resource has besides its inputs, for varyingInputs.
const (
	optionsKey      = "(options)"
	dependenciesKey = "(types of dependencies)"
)

// varyingInputs are the inputs, by type, that differ between the resources of that type. All other inputs are equal:
// what is set for one node pool, subnet or bucket is set for every one. A path includes everything below it.
var varyingInputs = map[string][]string{
	"gcp:container/nodePool:NodePool": {
		"autoscaling.totalMinNodeCount", "autoscaling.totalMaxNodeCount", "autoscaling.locationPolicy", "nodeLocations", "initialNodeCount",
		"nodeConfig.machineType", "nodeConfig.labels", "nodeConfig.taints", "nodeConfig.guestAccelerators",
	},
	"gcp:storage/bucket:Bucket": {
		"name", "lifecycleRules", // every bucket is secure: insecureBuckets
		"logging", dependenciesKey, // the log bucket has no logs, so it depends on no log bucket
	},
	"gcp:storage/managedFolder:ManagedFolder":                   {"bucket", "name"},
	"gcp:storage/managedFolderIamMember:ManagedFolderIamMember": {"bucket", "managedFolder", "member"},
	"gcp:artifactregistry/repositoryIamMember:RepositoryIamMember": {
		"member", "project", "location", "repository", dependenciesKey, // readers of the stack's repository, nodes of others
	},
	"gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember":             {"cryptoKeyId", "member", optionsKey},
	"aws:ec2/launchTemplate:LaunchTemplate":                     {"instanceType", "blockDeviceMappings"},
	"aws:ec2/natGateway:NatGateway":                             {"allocationId", "subnetId", "tags.Name"},
	"aws:ec2/eip:Eip":                                           {"tags.Name"},
	"aws:ec2/subnet:Subnet":                                     {"availabilityZone", "cidrBlock", "tags"},
	"aws:ec2/routeTable:RouteTable":                             {"tags.Name"},
	"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {"cidrIpv4"},
	"aws:ec2/routeTableAssociation:RouteTableAssociation":       {"routeTableId", "subnetId"},
	"aws:ec2/route:Route":                                       {"routeTableId", "gatewayId", "natGatewayId", dependenciesKey},
	"aws:ecr/repository:Repository":                             {"name"},
	"aws:ecr/lifecyclePolicy:LifecyclePolicy":                   {"repository"},
	"aws:ecr/repositoryPolicy:RepositoryPolicy":                 {"repository"},
	"aws:eks/nodeGroup:NodeGroup":                               {"amiType", "labels", "launchTemplate", "scalingConfig", "taints"},
	"aws:eks/accessEntry:AccessEntry":                           {"principalArn"},
	"aws:eks/accessPolicyAssociation:AccessPolicyAssociation":   {"principalArn", "policyArn"},
	"aws:eks/addon:Addon":                                       {"addonName", "addonVersion", "configurationValues", dependenciesKey},
	"aws:eks/podIdentityAssociation:PodIdentityAssociation":     {"roleArn", "namespace", "serviceAccount"},
	// The trust policies are compared by stack/iamtest.
	"aws:iam/role:Role":                                 {"assumeRolePolicy", "description", dependenciesKey},
	"aws:iam/rolePolicy:RolePolicy":                     {"role", "policy", dependenciesKey},
	"aws:iam/rolePolicyAttachment:RolePolicyAttachment": {"role", "policyArn"},
	"aws:kms/key:Key":                                   {"description", optionsKey},
	"aws:kms/alias:Alias":                               {"name", "targetKeyId", optionsKey},
	"aws:s3/bucketV2:BucketV2":                          {"bucket"},
	"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2": {"bucket", "rules"},
	"aws:s3/bucketLoggingV2:BucketLoggingV2":                               {"bucket", "targetPrefix"},
	"aws:s3/bucketOwnershipControls:BucketOwnershipControls":               {"bucket"},
	"aws:s3/bucketPolicy:BucketPolicy":                                     {"bucket", "policy"},
	"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock":               {"bucket"},
	"aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2": {
		"bucket", "rules", // log delivery does not support KMS: insecureBuckets
	},
	"aws:s3/bucketVersioningV2:BucketVersioningV2": {"bucket"},
}

// unevenResources returns inputs, options and dependencies that not all resources of a type have in common, although
// they are not in varyingInputs.
func unevenResources(r *programRun) []string {
	var violations []string
	for _, d := range differences(r) {
		if !slices.ContainsFunc(varyingInputs[d.typ], d.isBelow) {
			violations = append(violations, d.String())
		}
	}
	return violations
}

// difference is an input that not all resources of a type have with the same value.
type difference struct {
	typ, path string
	// names of the resources by the value of the input, in JSON.
	names map[string][]string
}

func (d difference) String() string {
	return fmt.Sprintf("%s: %s differs: names by value are %q", d.typ, d.path, d.names)
}

// isBelow reports whether the path of the difference is a given path or below it.
func (d difference) isBelow(path string) bool {
	return d.path == path || strings.HasPrefix(d.path, path+".")
}

// differences compares the resources of each type. Kubernetes objects are not included: the tests of parity compare
// them.
func differences(r *programRun) []difference {
	byType := map[string]map[string]map[string][]string{} // names by type, path and value
	count := map[string]int{}
	for _, registration := range r.Registrations {
		typ := registration.Type
		if !registration.Custom || strings.HasPrefix(typ, "kubernetes:") {
			continue
		}
		count[typ]++
		if byType[typ] == nil {
			byType[typ] = map[string]map[string][]string{}
		}
		for path, value := range r.comparedValues(registration) {
			if byType[typ][path] == nil {
				byType[typ][path] = map[string][]string{}
			}
			byType[typ][path][value] = append(byType[typ][path][value], registration.Name)
		}
	}
	var differences []difference
	for typ, paths := range byType {
		for path, names := range paths {
			for _, namesOfValue := range names {
				if len(namesOfValue) < count[typ] {
					differences = append(differences, difference{typ, path, names})
					break
				}
			}
		}
	}
	return differences
}

// comparedValues returns the inputs of a resource by path in JSON, its options, and the types of its dependencies.
func (r *programRun) comparedValues(registration stacktest.Registration) map[string]string {
	values := map[string]string{
		optionsKey: fmt.Sprintf("protect %v, retainOnDelete %v, ignoreChanges %q, timeouts %q %q", registration.Protect,
			registration.RetainOnDelete, registration.IgnoreChanges, registration.CreateTimeout, registration.UpdateTimeout),
	}
	types := map[string]bool{}
	for urn := range r.Dependencies(registration) {
		// The log bucket does not use the key, which nothing else needs to wait for either: its ARN is an input.
		if dependency, ok := r.ByURN(urn); ok && dependency.Custom && dependency.Type != registration.Type &&
			dependency.Type != "aws:kms/key:Key" {
			types[dependency.Type] = true
		}
	}
	values[dependenciesKey] = fmt.Sprintf("%q", slices.Sorted(maps.Keys(types)))
	flatten("", registration.Inputs, values)
	return values
}

// flatten adds the values of an object by path. A list is one value.
func flatten(path string, value any, values map[string]string) {
	if object, ok := value.(object); ok {
		for key, element := range object {
			flatten(strings.TrimPrefix(path+"."+key, "."), element, values)
		}
		return
	}
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // inputs are JSON values
	}
	values[path] = string(text)
}

// An entry of varyingInputs that no stack needs would hide a difference.
func TestInvariants_varyingInputsNeeded(t *testing.T) {
	needed := map[string]map[string]bool{}
	add := func(r *programRun) {
		for _, d := range differences(r) {
			for _, path := range varyingInputs[d.typ] {
				if d.isBelow(path) {
					if needed[d.typ] == nil {
						needed[d.typ] = map[string]bool{}
					}
					needed[d.typ][path] = true
				}
			}
		}
	}
	for seed := range 80 {
		for stack, s := range configtest.Stacks().Example(seed) {
			add(runProgram(t, stack, s, false))
		}
	}
	var unneeded []string
	for typ, paths := range varyingInputs {
		for _, path := range paths {
			if !needed[typ][path] {
				unneeded = append(unneeded, typ+": "+path)
			}
		}
	}
	require.Empty(t, unneeded, "these never differ: remove them from varyingInputs")
}
