package program

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// dependencyRule is a rule that every resource of a type depends on resources of other types.
type dependencyRule struct {
	// dependent is the type of the dependent resources.
	dependent string
	// on are the types that it depends on.
	on []string
	// applies reports whether the rule applies to a pair of resources, nil for every pair.
	applies func(dependent, dependency stacktest.Registration) bool
}

var dependencyRules = []dependencyRule{
	// A NAT gateway is pending until its subnet has a route to the internet, and is deleted before it.
	{"aws:ec2/natGateway:NatGateway", []string{"aws:ec2/route:Route"},
		func(_, route stacktest.Registration) bool { return route.Input("gatewayId") != nil }},
	{"aws:ec2/natGateway:NatGateway", []string{"aws:ec2/routeTableAssociation:RouteTableAssociation"}, isPublic},
	// The load balancer controller deletes its load balancers only while it reaches AWS.
	{"aws:eks/cluster:Cluster", []string{
		"aws:ec2/natGateway:NatGateway", "aws:ec2/route:Route", "aws:ec2/routeTableAssociation:RouteTableAssociation",
		"aws:ec2/internetGateway:InternetGateway", "aws:ec2/vpcEndpoint:VpcEndpoint", "aws:ec2/eip:Eip", "aws:ec2/subnet:Subnet",
	}, nil},
	// EKS creates a missing log group, without a retention time.
	{"aws:eks/cluster:Cluster", []string{"aws:cloudwatch/logGroup:LogGroup"}, nil},
	// Without its policies a role can do nothing: the creation of the cluster and the nodes fails.
	{"aws:eks/cluster:Cluster", []string{"aws:iam/rolePolicyAttachment:RolePolicyAttachment"}, attachedToRoleOf("-cluster-")},
	{"aws:eks/nodeGroup:NodeGroup", []string{"aws:iam/rolePolicyAttachment:RolePolicyAttachment"}, attachedToRoleOf("-nodes-")},
	// Without the CNI plugin a node stays NotReady.
	{"aws:eks/nodeGroup:NodeGroup", []string{"aws:eks/addon:Addon"}, func(_, addon stacktest.Registration) bool {
		return slices.Contains([]any{"vpc-cni", "kube-proxy", "eks-pod-identity-agent"}, addon.Input("addonName"))
	}},
	{"aws:eks/addon:Addon", []string{"aws:eks/nodeGroup:NodeGroup"}, func(addon, nodes stacktest.Registration) bool {
		return slices.Contains([]any{"coredns", "metrics-server"}, addon.Input("addonName")) && strings.HasSuffix(nodes.Name, "-system")
	}},
	{"gcp:container/cluster:Cluster", []string{
		"gcp:compute/routerNat:RouterNat", "gcp:projects/iAMMember:IAMMember",
	}, nil},
	// The other members are not nodes of this cluster.
	{"gcp:container/cluster:Cluster", []string{"gcp:artifactregistry/repositoryIamMember:RepositoryIamMember"},
		func(_, reader stacktest.Registration) bool { return strings.Contains(reader.Name, "-nodes") }},
	// The API server has to be reachable.
	{"pulumi:providers:kubernetes", []string{"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"}, nil},
	// GKE taints nodes with GPUs only if the cluster has nodes without.
	{"gcp:container/nodePool:NodePool", []string{"gcp:container/nodePool:NodePool"}, func(pool, other stacktest.Registration) bool {
		return pool.Input("nodeConfig.guestAccelerators") != nil && strings.HasSuffix(other.Name, "-system")
	}},
	// The cluster creates the workload identity pool of the members.
	{"gcp:storage/managedFolderIamMember:ManagedFolderIamMember", []string{"gcp:container/cluster:Cluster"}, nil},
	// Pods have their identity from the start: it is injected at admission, and a request before the grant fails.
	{"kubernetes:apps/v1:Deployment", []string{
		"aws:iam/rolePolicy:RolePolicy", "aws:iam/role:Role", "aws:eks/podIdentityAssociation:PodIdentityAssociation",
		"gcp:storage/managedFolderIamMember:ManagedFolderIamMember",
	}, func(deployment, grant stacktest.Registration) bool {
		account := fmt.Sprint(deployment.Input("spec.template.spec.serviceAccountName"))
		return grant.Name == account || regexp.MustCompile(`^`+regexp.QuoteMeta(account)+`-(models|datasets)$`).MatchString(grant.Name)
	}},
	{"kubernetes:apps/v1:Deployment", []string{
		"gcp:container/nodePool:NodePool", "aws:eks/nodeGroup:NodeGroup", "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
	}, nil},
	{"kubernetes:apps/v1:Deployment", []string{"kubernetes:networking.k8s.io/v1:NetworkPolicy"},
		func(deployment, policy stacktest.Registration) bool {
			selector, app := policy.Input("spec.podSelector.matchLabels/app"), deployment.Input("spec.template.metadata.labels/app")
			return selector != nil && selector == app
		}},
}

// isPublic reports whether an association is of a public subnet. In a preview the IDs are unknown, the names are not.
func isPublic(_, association stacktest.Registration) bool {
	return strings.Contains(association.Name, "-public-")
}

// attachedToRoleOf returns a condition for policy attachments whose name has the part that names the role.
func attachedToRoleOf(part string) func(dependent, attachment stacktest.Registration) bool {
	return func(_, attachment stacktest.Registration) bool {
		return strings.Contains(attachment.Name, part+"Amazon")
	}
}

// missingDependencies returns resources that do not depend on what dependencyRules demands.
func missingDependencies(r *programRun) []string {
	var violations []string
	for _, rule := range dependencyRules {
		for _, dependent := range r.ByType(rule.dependent) {
			dependencies := r.Dependencies(dependent)
			for _, typ := range rule.on {
				for _, dependency := range r.ByType(typ) {
					applies := dependency.URN != dependent.URN && (rule.applies == nil || rule.applies(dependent, dependency))
					if applies && !dependencies[dependency.URN] {
						violations = append(violations, fmt.Sprintf("%s does not depend on %s", dependent, dependency))
					}
				}
			}
		}
	}
	return violations
}

// unroutedSubnets returns subnets without exactly one route table that has a default route: to the internet gateway
// for public subnets, to a NAT gateway for private ones. The IDs of a preview are unknown.
func unroutedSubnets(r *programRun) []string {
	if r.Preview {
		return nil
	}
	targets := map[any]string{} // by the ID of the route table
	for _, route := range r.ByType("aws:ec2/route:Route") {
		switch {
		case route.Input("destinationCidrBlock") != "0.0.0.0/0":
		case route.Input("gatewayId") != nil:
			targets[route.Input("routeTableId")] = "elb" // load balancers that face the internet
		case route.Input("natGatewayId") != nil:
			targets[route.Input("routeTableId")] = "internal-elb"
		}
	}
	var violations []string
	for _, subnet := range r.ByType("aws:ec2/subnet:Subnet") {
		var roles []string
		for _, association := range r.ByType("aws:ec2/routeTableAssociation:RouteTableAssociation") {
			if association.Input("subnetId") == subnet.Name+"-id" {
				roles = append(roles, targets[association.Input("routeTableId")])
			}
		}
		if len(roles) != 1 || subnet.Input("tags/kubernetes.io/role/"+roles[0]) != "1" {
			violations = append(violations, fmt.Sprintf("%s: its route tables have routes for subnets of the roles %q", subnet, roles))
		}
	}
	return violations
}
