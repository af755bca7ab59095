package program

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// Each invariant finds what it is there for: something is broken in the record
// of a run, and nothing but that is found.
func TestInvariants_detectViolation(t *testing.T) {
	set := func(typ, name, key string, value any) func(*programRun) {
		return func(r *programRun) {
			modify(r, typ, name, func(each *stacktest.Registration) { each.Inputs[key] = value })
		}
	}
	of := func(typ, name string, how func(*stacktest.Registration)) func(*programRun) {
		return func(r *programRun) { modify(r, typ, name, how) }
	}
	drop := func(typ, name string) func(*programRun) {
		return of(typ, name, func(each *stacktest.Registration) { *each = stacktest.Registration{Type: "modelferry:index:Gone"} })
	}
	statement := func(text string) string { return `{"Version":"2012-10-17","Statement":[` + text + `]}` }
	const tlsOnly = `{"Effect":"Deny","Principal":"*","Action":["s3:*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}},
		"Resource":["arn:aws:s3:::123456789012-eu-west-1-eks-models","arn:aws:s3:::123456789012-eu-west-1-eks-models/*"]}`
	for _, test := range []struct {
		name, stack string
		change      func(*programRun)
		want        string
	}{
		{"a role that may do anything", "eks", set("RolePolicy", "bankchurn-predictor", "policy", statement(`{"Effect":"Allow","Action":"*","Resource":["x"]}`)), "no grant is wide: aws:iam/rolePolicy:RolePolicy bankchurn-predictor"},
		{"a role that may do anything in S3", "eks", set("RolePolicy", "bankchurn-predictor", "policy", statement(`{"Effect":"Allow","Action":["s3:Get*"],"Resource":["x"]}`)), "no grant is wide"},
		{"a role that may do all but one thing", "eks", set("RolePolicy", "bankchurn-predictor", "policy", statement(`{"Effect":"Allow","NotAction":["s3:PutObject"],"Resource":["x"]}`)), "no grant is wide"},
		{"a role that anybody may assume", "eks", set("iam/role:Role", "bankchurn-predictor", "assumeRolePolicy", statement(`{"Effect":"Allow","Principal":{"AWS":"*"},"Action":["sts:AssumeRole"]}`)), "no grant is wide"},
		{"a bucket that anybody may read over TLS", "eks", set("BucketPolicy", "models", "policy", statement(tlsOnly+`,{"Effect":"Allow","Principal":"*","Action":["s3:GetObject"]}`)), "no grant is wide"},
		{"a policy of AWS's that is not listed", "eks", set("RolePolicyAttachment", "modelferry-nodes-AmazonEKS_CNI_Policy", "policyArn", "arn:aws:iam::aws:policy/AdministratorAccess"), "no grant is wide"},
		{"a prefix for all users", "gke", set("ManagedFolderIamMember", "bankchurn-predictor-models", "member", "allUsers"), "no grant is wide"},
		{"nodes that own the project", "gke", set("IAMMember", "modelferry-nodes", "role", "roles/owner"), "no grant is wide"},
		{"no uniform access", "gke", set("gcp:storage/bucket:Bucket", "models", "uniformBucketLevelAccess", false), "every bucket is guarded: gcp:storage/bucket:Bucket models has no uniform access"},
		{"no lifecycle", "gke", set("gcp:storage/bucket:Bucket", "access-logs", "lifecycleRules", []any{}), "every bucket is guarded: gcp:storage/bucket:Bucket access-logs has no "},
		{"a bucket that goes with the stack", "gke", of("gcp:storage/bucket:Bucket", "models", func(b *stacktest.Registration) { b.RetainOnDelete = false }), "has no retention as configured"},
		{"no versioning", "eks", drop("BucketVersioningV2", "datasets"), "every bucket is guarded: aws:s3/bucketV2:BucketV2 datasets has no versioning"},
		{"no public-access block", "eks", set("BucketPublicAccessBlock", "models", "ignorePublicAcls", false), "has no public-access block"},
		{"encryption under S3's own key", "eks", set("BucketServerSideEncryptionConfigurationV2", "models", "rules", []any{object{"applyServerSideEncryptionByDefault": object{"sseAlgorithm": "AES256"}}}), "has no encryption"},
		{"a call to KMS for each object", "eks", of("BucketServerSideEncryptionConfigurationV2", "models", func(e *stacktest.Registration) {
			e.Input("rules[0]").(object)["bucketKeyEnabled"] = false
		}), "has no encryption"},
		{"a bucket without TLS but for its objects", "eks", of("BucketPolicy", "models", func(p *stacktest.Registration) {
			p.Inputs["policy"] = strings.Replace(p.Input("policy").(string), `"arn:aws:s3:::123456789012-eu-west-1-eks-models",`, "", 1)
		}), "has no policy for TLS only"},
		{"objects that never get cold", "eks", of("BucketLifecycleConfigurationV2", "access-logs", func(l *stacktest.Registration) {
			l.Input("rules[2].transitions[0]").(object)["storageClass"] = "ONEZONE_IA"
		}), "has no colder class"},
		{"objects that get too cold", "gke", of("gcp:storage/bucket:Bucket", "models", func(b *stacktest.Registration) {
			b.Input("lifecycleRules[2].action").(object)["storageClass"] = "ARCHIVE"
		}), "has no colder class"},
		{"no access log", "eks", drop("BucketLoggingV2", "models"), "has no access log"},
		{"a guard that goes when the bucket stays", "eks", of("BucketOwnershipControls", "models", func(b *stacktest.Registration) { b.RetainOnDelete = false }), "has no enforced ownership"},
		{"a resource below the stack", "gke", of("Deployment", "bankchurn", func(d *stacktest.Registration) {
			d.Parent = "urn:pulumi:gke::modelferry::pulumi:pulumi:Stack::modelferry-gke"
		}), "every resource descends from a component: kubernetes:apps/v1:Deployment bankchurn"},
		{"a default provider", "eks", of("Deployment", "bankchurn", func(d *stacktest.Registration) { d.Provider = "" }), "every resource names its provider"},
		{"an object of nobody", "gke", of("Service", "bankchurn", func(s *stacktest.Registration) {
			delete(s.Input("metadata.labels").(object), "modelferry.dev/cost_centre")
		}), "every resource says whose it is: kubernetes:core/v1:Service bankchurn: modelferry.dev/cost_centre"},
		{"pods of nobody", "gke", of("Deployment", "bankchurn", func(d *stacktest.Registration) {
			delete(d.Input("spec.template.metadata.labels").(object), "modelferry.dev/owner")
		}), "every resource says whose it is"},
		{"a provider without tags", "eks", set("pulumi:providers:aws", "modelferry", "defaultTags", nil), "every resource says whose it is"},
		{"machines of nobody", "eks", set("LaunchTemplate", "modelferry", "tagSpecifications", []any{}), "every resource says whose it is: aws:ec2/launchTemplate:LaunchTemplate modelferry tags nothing"},
		{"machines of somebody else", "gke", of("NodePool", "modelferry", func(n *stacktest.Registration) {
			n.Input("nodeConfig.resourceLabels").(object)["stack"] = "other"
		}), "every resource says whose it is"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := runProgram(t, test.stack, stacktest.Settings(t, test.stack, nil), false)
			require.Empty(t, r.violations())
			test.change(r)
			broken := r.violations()
			require.NotEmpty(t, broken, "nothing was found")
			for _, each := range broken {
				require.Contains(t, each, test.want)
			}
		})
	}
}

// modify changes one registration of a run.
func modify(r *programRun, typ, name string, how func(*stacktest.Registration)) {
	for k := range r.Registrations {
		each := &r.Registrations[k]
		if each.Name == name && each.Custom && strings.HasSuffix(each.Type, typ) {
			how(each)
			return
		}
	}
	panic("no " + typ + " " + name)
}
