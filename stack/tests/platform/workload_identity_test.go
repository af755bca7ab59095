package platform

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// readablePrefixes are the prefixes that each service may read.
var readablePrefixes = map[string][]struct{ bucket, prefix string }{
	"bankchurn":   {{"models", "bankchurn/"}, {"datasets", "bankchurn/"}},
	"chicagotaxi": {{"models", "chicagotaxi/"}},
	"nlpinsight":  {{"models", "nlpinsight/"}, {"datasets", "nlpinsight/"}},
}

func TestWorkloadIdentity_readsOwnPrefixesOnly(t *testing.T) {
	check := map[string]func(*testing.T, stacktest.Platform, stacktest.Service, *stacktest.Record){
		"gke": requireManagedFolderGrants, "eks": requireRolePolicies,
	}
	stacktest.ForEachService(t, func(t *testing.T, p stacktest.Platform, s stacktest.Service, r *stacktest.Record) {
		check[p.Stack](t, p, s, r)
	})
}

func requireManagedFolderGrants(t *testing.T, p stacktest.Platform, s stacktest.Service, r *stacktest.Record) {
	t.Helper()
	var grants int
	for _, folder := range r.ByType("ManagedFolder") {
		if strings.HasPrefix(folder.Name, s.Deployment+"-") {
			grants++
		}
	}
	require.Len(t, readablePrefixes[s.Name], grants)
	for _, read := range readablePrefixes[s.Name] {
		name := s.Deployment + "-" + read.bucket
		require.Equal(t, object{"bucket": p.Buckets[read.bucket], "name": read.prefix, "forceDestroy": true},
			r.MustGet(t, "ManagedFolder", name).Inputs)
		require.Equal(t, object{
			"bucket": p.Buckets[read.bucket], "managedFolder": read.prefix,
			"role": "roles/storage.objectViewer", "member": p.Identity(s.Deployment),
		}, r.MustGet(t, p.GrantType, name).Inputs)
	}
}

func requireRolePolicies(t *testing.T, p stacktest.Platform, s stacktest.Service, r *stacktest.Record) {
	t.Helper()
	role, policy := r.MustGet(t, "iam/role:Role", s.Deployment), r.MustGet(t, p.GrantType, s.Deployment)
	require.Equal(t, r.Computed(s.Deployment+"-0a1b2c3"), policy.Input("role"))
	if r.Preview {
		return // the documents contain computed values
	}
	require.JSONEq(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sts:AssumeRoleWithWebIdentity"],
		"Principal":{"Federated":"`+stacktest.OIDCProviderArn+`"},"Condition":{"StringEquals":{
			"oidc.eks.eu-west-1.amazonaws.com/id/0123:aud":"sts.amazonaws.com",
			"oidc.eks.eu-west-1.amazonaws.com/id/0123:sub":"system:serviceaccount:ml-portfolio:`+s.Deployment+`"}}}]}`,
		role.Input("assumeRolePolicy").(string))
	var want []string
	for k, read := range readablePrefixes[s.Name] {
		arn := "arn:aws:s3:::" + p.Buckets[read.bucket]
		want = append(want,
			fmt.Sprintf(`{"Sid":"Read%d","Effect":"Allow","Action":["s3:GetObject","s3:GetObjectVersion"],"Resource":["%s/%s*"]}`, k, arn,
				read.prefix),
			fmt.Sprintf(`{"Sid":"List%d","Effect":"Allow","Action":["s3:ListBucket"],"Resource":["%s"],
				"Condition":{"StringLike":{"s3:prefix":"%s*"}}}`, k, arn, read.prefix))
	}
	want = append(want, `{"Sid":"Decrypt","Effect":"Allow","Action":["kms:Decrypt"],"Resource":["`+stacktest.KMSKeyArn("buckets")+`"],
		"Condition":{"StringEquals":{"kms:ViaService":"s3.eu-west-1.amazonaws.com"}}}`)
	require.JSONEq(t, `{"Version":"2012-10-17","Statement":[`+strings.Join(want, ",")+`]}`, policy.Input("policy").(string))
}

// Every type of resource that grants a permission has to be on the list.
func TestIAM_completeListOfGrants(t *testing.T) {
	grantTypes := regexp.MustCompile(`(?i)^(gcp|aws):.*(iam|role|policy|accessEntry|binding|member|acl)|kubernetes:rbac`)
	allowed := map[string]string{
		"gcp:projects/iAMMember:IAMMember":                             "node service account writes logs and metrics",
		"gcp:storage/managedFolderIamMember:ManagedFolderIamMember":    "TestWorkloadIdentity_readsOwnPrefixesOnly",
		"aws:iam/role:Role":                                            "TestIAM_noWildcards",
		"aws:iam/rolePolicy:RolePolicy":                                "TestWorkloadIdentity_readsOwnPrefixesOnly",
		"aws:iam/rolePolicyAttachment:RolePolicyAttachment":            "AWS managed policies, listed below",
		"aws:iam/openIdConnectProvider:OpenIdConnectProvider":          "grants nothing",
		"aws:s3/bucketPolicy:BucketPolicy":                             "TLS and log delivery: TestBucket_securitySettings",
		"aws:eks/accessEntry:AccessEntry":                              "configured administrators: TestAccessEntries_configuredAdmins",
		"aws:eks/accessPolicyAssociation:AccessPolicyAssociation":      "configured administrators: TestAccessEntries_configuredAdmins",
		"aws:ecr/lifecyclePolicy:LifecyclePolicy":                      "grants nothing",
		"gcp:artifactregistry/repositoryIamMember:RepositoryIamMember": "nodes pull images: TestRegistry_gkeReadableByNodesOnly",
		"gcp:storage/bucketIAMMember:BucketIAMMember":                  "log delivery of Cloud Storage: TestBucket_securitySettings",
		"kubernetes:rbac.authorization.k8s.io/v1:ClusterRole":          "TestClusterAutoscaler_rbacWriteVerbs",
		"kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding":   "TestClusterAutoscaler_rbacWriteVerbs",
		"kubernetes:rbac.authorization.k8s.io/v1:Role":                 "TestClusterAutoscaler_rbacWriteVerbs",
		"kubernetes:rbac.authorization.k8s.io/v1:RoleBinding":          "TestClusterAutoscaler_rbacWriteVerbs",
	}
	stacktest.ForEachPlatform(t, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		for _, registration := range r.Registrations {
			if registration.Custom && grantTypes.MatchString(registration.Type) {
				require.Contains(t, allowed, registration.Type, registration.Name)
			}
		}
		if p.Stack == "gke" {
			require.Len(t, r.ByType("IAMMember"), 1)
			member := r.MustGet(t, "IAMMember", "modelferry-nodes")
			require.Equal(t, "roles/container.defaultNodeServiceAccount", member.Input("role"))
			require.Equal(t, r.Computed("serviceAccount:modelferry-nodes@modelferry-demo.iam.gserviceaccount.com"), member.Input("member"))
			return
		}
		var attached []any
		for _, attachment := range r.ByType("RolePolicyAttachment") {
			attached = append(attached, attachment.Input("policyArn"))
		}
		const managed = "arn:aws:iam::aws:policy/"
		require.ElementsMatch(t, []any{
			managed + "AmazonEKSClusterPolicy", managed + "AmazonEKSWorkerNodePolicy", managed + "AmazonEKS_CNI_Policy",
			managed + "AmazonEC2ContainerRegistryPullOnly",
		}, attached)
	})
}

// A statement that allows an action has no wildcard as action or principal, and is limited to a prefix of a bucket.
func TestIAM_noWildcards(t *testing.T) {
	r := stacktest.Up(t, "eks", nil)
	var statements int
	for _, registration := range r.Registrations {
		if registration.Type == "aws:iam/rolePolicy:RolePolicy" && registration.Name == stacktest.ClusterAutoscalerName {
			continue // TestClusterAutoscaler_iamPolicy
		}
		for _, key := range []string{"assumeRolePolicy", "policy"} {
			text, ok := registration.Input(key).(string)
			if !ok {
				continue
			}
			var document struct {
				Statement []struct {
					Effect           string
					Action, Resource []string
					Principal        any
					Condition        map[string]map[string]string
				}
			}
			require.NoError(t, json.Unmarshal([]byte(text), &document), registration)
			for _, s := range document.Statement {
				statements++
				if s.Effect == "Deny" {
					continue
				}
				require.NotContains(t, strings.Join(s.Action, " "), "*", registration)
				require.NotContains(t, fmt.Sprint(s.Principal), "*", registration)
				for _, resource := range s.Resource {
					if strings.HasPrefix(resource, "arn:aws:kms:") {
						require.NotContains(t, resource, "*", registration)
						require.NotEmpty(t, s.Condition["StringEquals"]["kms:ViaService"], registration)
						continue
					}
					if s.Condition["StringEquals"]["aws:SourceAccount"] == stacktest.AccountID {
						continue // S3's log delivery for the buckets of this account
					}
					bucket, key, inBucket := strings.Cut(strings.TrimPrefix(resource, "arn:aws:s3:::"), "/")
					require.NotContains(t, bucket, "*", registration)
					if inBucket {
						require.Regexp(t, `^[a-z]+/\*$`, key, registration)
					} else {
						require.Regexp(t, `^[a-z]+/\*$`, s.Condition["StringLike"]["s3:prefix"], registration)
					}
				}
			}
		}
	}
	require.Equal(t, 6+2*5+3+3+1, statements,
		"6 trust policies, 2 statements for each of 5 prefixes, 3 for the key, 3 bucket policies, 1 for log delivery")
}

// A role's name has at most 64 characters: Pulumi appends 8 to a resource name, the provider 26 to a prefix.
func TestWorkloadIdentity_longNameOnEKS(t *testing.T) {
	for length, prefixed := range map[int]bool{55: false, 56: false, 57: true, 63: true} {
		name := strings.Repeat("a", length)
		r := stacktest.Up(t, "eks", map[string]any{"services.bankchurn.deployment": name})
		role := r.MustGet(t, "iam/role:Role", name)
		require.Nil(t, role.Input("name"))
		if prefixed {
			require.Equal(t, strings.Repeat("a", 37)+"-", role.Input("namePrefix"), length)
		} else {
			require.Nil(t, role.Input("namePrefix"), length)
		}
	}
}
