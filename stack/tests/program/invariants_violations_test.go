package program

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// alsoFound matches invariants that find what other invariants find as well: a resource that differs from the others of
// its type, and one that has lost the dependencies of its parent.
var alsoFound = regexp.MustCompile(`^(resources of a type are alike|every resource depends on what it needs): `)

// Each case breaks one thing in the record of a run. The invariants have to find that and nothing else.
func TestInvariants_detectViolation(t *testing.T) {
	set := func(typ, name, key string, value any) func(*programRun) {
		return func(r *programRun) {
			modify(r, typ, name, func(registration *stacktest.Registration) { registration.Inputs[key] = value })
		}
	}
	edit := func(typ, name string, change func(*stacktest.Registration)) func(*programRun) {
		return func(r *programRun) { modify(r, typ, name, change) }
	}
	drop := func(typ, name string) func(*programRun) {
		return edit(typ, name, func(registration *stacktest.Registration) {
			*registration = stacktest.Registration{Type: "modelferry:index:Dropped"}
		})
	}
	statement := func(text string) string { return `{"Version":"2012-10-17","Statement":[` + text + `]}` }
	const denyInsecureTransport = `{"Effect":"Deny","Principal":"*","Action":["s3:*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}},
		"Resource":["arn:aws:s3:::123456789012-eu-west-1-eks-models","arn:aws:s3:::123456789012-eu-west-1-eks-models/*"]}`
	for _, test := range []struct {
		name, stack string
		change      func(*programRun)
		want        string
	}{
		{"role policy with any action", "eks",
			set("RolePolicy", "bankchurn-predictor", "policy",
				statement(`{"Effect":"Allow","Action":"*","Resource":["x"]}`)),
			"no grant has a wildcard: aws:iam/rolePolicy:RolePolicy bankchurn-predictor"},
		{"role policy with a wildcard in the action", "eks",
			set("RolePolicy", "bankchurn-predictor", "policy",
				statement(`{"Effect":"Allow","Action":["s3:Get*"],"Resource":["x"]}`)), "no grant has a wildcard"},
		{"role policy with NotAction", "eks",
			set("RolePolicy", "bankchurn-predictor", "policy",
				statement(`{"Effect":"Allow","NotAction":["s3:PutObject"],"Resource":["x"]}`)), "no grant has a wildcard"},
		{"role that everybody may assume", "eks",
			set("iam/role:Role", "bankchurn-predictor", "assumeRolePolicy",
				statement(`{"Effect":"Allow","Principal":{"AWS":"*"},"Action":["sts:AssumeRole"]}`)), "no grant has a wildcard"},
		{"bucket policy with any principal", "eks",
			set("BucketPolicy", "models", "policy",
				statement(denyInsecureTransport+`,{"Effect":"Allow","Principal":"*","Action":["s3:GetObject"]}`)),
			"no grant has a wildcard"},
		{"managed policy that is not listed", "eks",
			set("RolePolicyAttachment", "modelferry-nodes-AmazonEKS_CNI_Policy", "policyArn",
				"arn:aws:iam::aws:policy/AdministratorAccess"), "no grant has a wildcard"},
		{"one role with another permissions boundary", "eks",
			set("iam/role:Role", "bankchurn-predictor", "permissionsBoundary", "arn:aws:iam::aws:policy/PowerUserAccess"),
			"every role has the configured path and permissions boundary: aws:iam/role:Role bankchurn-predictor"},
		{"managed folder for allUsers", "gke", set("ManagedFolderIamMember", "bankchurn-predictor-models", "member", "allUsers"),
			"no grant has a wildcard"},
		{"basic role for the nodes", "gke", set("IAMMember", "modelferry-nodes", "role", "roles/owner"), "no grant has a wildcard"},
		{"no uniform bucket-level access", "gke", set("gcp:storage/bucket:Bucket", "models", "uniformBucketLevelAccess", false),
			"every bucket is secure: gcp:storage/bucket:Bucket models lacks uniform bucket-level access"},
		{"no lifecycle", "gke", set("gcp:storage/bucket:Bucket", "access-logs", "lifecycleRules", []any{}),
			"every bucket is secure: gcp:storage/bucket:Bucket access-logs lacks "},
		{"bucket deleted with the stack", "gke",
			edit("gcp:storage/bucket:Bucket", "models",
				func(b *stacktest.Registration) { b.RetainOnDelete = false }), "lacks retainOnDelete as configured"},
		{"no versioning", "eks", drop("BucketVersioningV2", "datasets"),
			"every bucket is secure: aws:s3/bucketV2:BucketV2 datasets lacks versioning"},
		{"incomplete public access block", "eks", set("BucketPublicAccessBlock", "models", "ignorePublicAcls", false),
			"lacks a public access block"},
		{"encryption with the key of S3", "eks",
			set("BucketServerSideEncryptionConfigurationV2", "models", "rules",
				[]any{object{"applyServerSideEncryptionByDefault": object{"sseAlgorithm": "AES256"}}}), "lacks encryption"},
		{"no S3 bucket key", "eks", edit("BucketServerSideEncryptionConfigurationV2", "models", func(e *stacktest.Registration) {
			e.Input("rules[0]").(object)["bucketKeyEnabled"] = false
		}), "lacks encryption"},
		{"TLS required for objects only", "eks", edit("BucketPolicy", "models", func(p *stacktest.Registration) {
			p.Inputs["policy"] = strings.Replace(p.Input("policy").(string), `"arn:aws:s3:::123456789012-eu-west-1-eks-models",`, "", 1)
		}), "lacks a policy that requires TLS"},
		{"transition to another storage class on EKS", "eks",
			edit("BucketLifecycleConfigurationV2", "access-logs", func(l *stacktest.Registration) {
				l.Input("rules[2].transitions[0]").(object)["storageClass"] = "ONEZONE_IA"
			}), "lacks a colder storage class"},
		{"transition to another storage class on GKE", "gke", edit("gcp:storage/bucket:Bucket", "models", func(b *stacktest.Registration) {
			b.Input("lifecycleRules[2].action").(object)["storageClass"] = "ARCHIVE"
		}), "lacks a colder storage class"},
		{"no access logging", "eks", drop("BucketLoggingV2", "models"), "lacks access logging"},
		{"setting deleted with the stack", "eks",
			edit("BucketOwnershipControls", "models",
				func(b *stacktest.Registration) { b.RetainOnDelete = false }), "lacks enforced ownership"},
		{"resource without a component", "gke", edit("Deployment", "bankchurn", func(d *stacktest.Registration) {
			d.Parent = "urn:pulumi:gke::modelferry::pulumi:pulumi:Stack::modelferry-gke"
		}), "every resource is in a component: kubernetes:apps/v1:Deployment bankchurn"},
		{"default provider", "eks", edit("Deployment", "bankchurn", func(d *stacktest.Registration) { d.Provider = "" }),
			"every resource names its provider"},
		{"object without a label", "gke", edit("Service", "bankchurn", func(s *stacktest.Registration) {
			delete(s.Input("metadata.labels").(object), "modelferry.dev/cost_centre")
		}), "every resource is labelled: kubernetes:core/v1:Service bankchurn: label modelferry.dev/cost_centre"},
		{"pod template without a label", "gke", edit("Deployment", "bankchurn", func(d *stacktest.Registration) {
			delete(d.Input("spec.template.metadata.labels").(object), "modelferry.dev/owner")
		}), "every resource is labelled"},
		{"provider without default tags", "eks", set("pulumi:providers:aws", "modelferry", "defaultTags", nil),
			"every resource is labelled"},
		{"launch template without tags", "eks", set("LaunchTemplate", "modelferry", "tagSpecifications", []any{}),
			"every resource is labelled: aws:ec2/launchTemplate:LaunchTemplate modelferry has no tagSpecifications"},
		{"one node pool without GKE_METADATA", "gke", edit("NodePool", "modelferry-gpu", func(n *stacktest.Registration) {
			delete(n.Input("nodeConfig").(object), "workloadMetadataConfig")
		}), "every resource has the inputs of its type: gcp:container/nodePool:NodePool modelferry-gpu: " +
			"nodeConfig.workloadMetadataConfig.mode is <nil>, want GKE_METADATA"},
		{"one managed folder that is not deleted with its objects", "gke",
			set("ManagedFolder", "nlpinsight-analyzer-models", "forceDestroy", false),
			"resources of a type are alike: gcp:storage/managedFolder:ManagedFolder: forceDestroy differs"},
		{"one node pool that ignores nothing", "gke",
			edit("NodePool", "modelferry-gpu", func(n *stacktest.Registration) { n.IgnoreChanges = nil }),
			"resources of a type are alike: gcp:container/nodePool:NodePool: (options) differs"},
		{"one launch template that does not wait for add-ons", "eks", dependsOnNo("LaunchTemplate", "modelferry-gpu", "eks/addon:Addon"),
			"LaunchTemplate: (types of dependencies) differs"},
		{"subnets with public addresses", "eks", func(r *programRun) {
			for i, registration := range r.Registrations {
				if registration.Type == "aws:ec2/subnet:Subnet" {
					r.Registrations[i].Inputs["mapPublicIpOnLaunch"] = true
				}
			}
		}, "every resource has the inputs of its type: aws:ec2/subnet:Subnet modelferry-"},
		{"disk that is not encrypted", "eks", edit("LaunchTemplate", "modelferry-gpu", func(l *stacktest.Registration) {
			l.Input("blockDeviceMappings[1].ebs").(object)["encrypted"] = "false"
		}), "every resource has the inputs of its type: aws:ec2/launchTemplate:LaunchTemplate modelferry-gpu: disk 1 is not encrypted"},
		{"NAT gateway without the route to the internet", "eks", dependsOnNo("NatGateway", "modelferry", "ec2/route:Route"),
			"every resource depends on what it needs: aws:ec2/natGateway:NatGateway modelferry does not depend on " +
				"aws:ec2/route:Route modelferry-public"},
		{"pool with GPUs that does not wait for the system pool", "gke", dependsOnNo("NodePool", "modelferry-gpu", "NodePool"),
			"every resource depends on what it needs: gcp:container/nodePool:NodePool modelferry-gpu does not depend on"},
		{"route to another NAT gateway only", "eks", set("ec2/route:Route", "modelferry-private", "routeTableId", "other"),
			"every subnet has a route: aws:ec2/subnet:Subnet modelferry-private-"},
		{"subnet without a route table", "eks", drop("RouteTableAssociation", "modelferry-private-1"),
			"every subnet has a route: aws:ec2/subnet:Subnet modelferry-private-1"},
		{"node pool with a wrong label", "gke", edit("NodePool", "modelferry", func(n *stacktest.Registration) {
			n.Input("nodeConfig.resourceLabels").(object)["stack"] = "other"
		}), "every resource is labelled"},
	} {
		t.Run(test.name, func(t *testing.T) {
			set := map[string]any{"releases.nlpinsight.backend": "finbert"} // for a node pool with GPUs
			r := runProgram(t, test.stack, stacktest.Settings(t, test.stack, set), false)
			require.Empty(t, r.violations())
			test.change(r)
			violations := r.violations()
			require.Contains(t, strings.Join(violations, "\n"), test.want)
			for _, violation := range violations {
				if !alsoFound.MatchString(violation) {
					require.Contains(t, violation, test.want)
				}
			}
		})
	}
}

// dependsOnNo removes the dependencies of a resource on resources of a type.
func dependsOnNo(typ, name, dependency string) func(*programRun) {
	return func(r *programRun) {
		modify(r, typ, name, func(registration *stacktest.Registration) {
			registration.Dependencies = slices.DeleteFunc(slices.Clone(registration.Dependencies), func(urn string) bool {
				return strings.Contains(urn, dependency+"::")
			})
		})
	}
}

// modify changes one registration of a run.
func modify(r *programRun, typ, name string, change func(*stacktest.Registration)) {
	for i := range r.Registrations {
		registration := &r.Registrations[i]
		if registration.Name == name && registration.Custom && strings.HasSuffix(registration.Type, typ) {
			change(registration)
			return
		}
	}
	panic("no " + typ + " " + name)
}
