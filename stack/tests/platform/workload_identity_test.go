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

// readablePrefixes lists the prefixes that each service may read, by bucket, models first.
var readablePrefixes = map[string][]struct{ bucket, prefix string }{
	"bankchurn":   {{"models", "bankchurn/"}, {"datasets", "bankchurn/"}},
	"chicagotaxi": {{"models", "chicagotaxi/"}},
	"nlpinsight":  {{"models", "nlpinsight/"}, {"datasets", "nlpinsight/"}},
}

func TestWorkloadIdentity_readsOwnPrefixesOnly(t *testing.T) {
	check := map[string]func(*testing.T, stacktest.Platform, stacktest.Service, *stacktest.Record){"gke": requireManagedFolderGrants, "eks": requireRolePolicies}
	stacktest.ForEachService(t, func(t *testing.T, p stacktest.Platform, s stacktest.Service, r *stacktest.Record) {
		check[p.Stack](t, p, s, r)
	})
}

func requireManagedFolderGrants(t *testing.T, p stacktest.Platform, s stacktest.Service, r *stacktest.Record) {
	var grants int
	for _, folder := range r.ByType("ManagedFolder") {
		if strings.HasPrefix(folder.Name, s.Deployment+"-") {
			grants++
		}
	}
	require.Len(t, readablePrefixes[s.Name], grants)
	for _, read := range readablePrefixes[s.Name] {
		at := s.Deployment + "-" + read.bucket
		require.Equal(t, object{"bucket": p.Buckets[read.bucket], "name": read.prefix, "forceDestroy": true}, r.MustGet(t, "ManagedFolder", at).Inputs)
		require.Equal(t, object{
			"bucket": p.Buckets[read.bucket], "managedFolder": read.prefix,
			"role": "roles/storage.objectViewer", "member": p.Identity(s.Deployment),
		}, r.MustGet(t, p.GrantType, at).Inputs)
	}
}

func requireRolePolicies(t *testing.T, p stacktest.Platform, s stacktest.Service, r *stacktest.Record) {
	role, policy := r.MustGet(t, "iam/role:Role", s.Deployment), r.MustGet(t, p.GrantType, s.Deployment)
	require.Equal(t, r.Computed(s.Deployment+"-0a1b2c3"), policy.Input("role"))
	if r.Preview {
		return // the documents name what the cloud has not made yet
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
			fmt.Sprintf(`{"Sid":"Read%d","Effect":"Allow","Action":["s3:GetObject","s3:GetObjectVersion"],"Resource":["%s/%s*"]}`, k, arn, read.prefix),
			fmt.Sprintf(`{"Sid":"List%d","Effect":"Allow","Action":["s3:ListBucket"],"Resource":["%s"],"Condition":{"StringLike":{"s3:prefix":"%s*"}}}`, k, arn, read.prefix))
	}
	want = append(want, `{"Sid":"Decrypt","Effect":"Allow","Action":["kms:Decrypt"],"Resource":["`+stacktest.KMSKeyArn("buckets")+`"],
		"Condition":{"StringEquals":{"kms:ViaService":"s3.eu-west-1.amazonaws.com"}}}`)
	require.JSONEq(t, `{"Version":"2012-10-17","Statement":[`+strings.Join(want, ",")+`]}`, policy.Input("policy").(string))
}

// Whatever grants anything, to whomever: the whole list, so that another grant
// elsewhere in the program does not go unseen.
func TestIAM_completeListOfGrants(t *testing.T) {
	granting := regexp.MustCompile(`(?i)^(gcp|aws):.*(iam|role|policy|accessEntry|binding|member|acl)|kubernetes:rbac`)
	allowed := map[string]string{
		"gcp:projects/iAMMember:IAMMember":                             "nodes write logs and metrics",
		"gcp:storage/managedFolderIamMember:ManagedFolderIamMember":    "checked above",
		"aws:iam/role:Role":                                            "trust is checked below",
		"aws:iam/rolePolicy:RolePolicy":                                "checked above",
		"aws:iam/rolePolicyAttachment:RolePolicyAttachment":            "AWS's own policies, listed below",
		"aws:iam/openIdConnectProvider:OpenIdConnectProvider":          "trusts the cluster's tokens, grants nothing",
		"aws:s3/bucketPolicy:BucketPolicy":                             "denies, and lets S3's own log delivery in: buckets_test.go",
		"aws:eks/accessEntry:AccessEntry":                              "the configured administrators: access_entries_test.go",
		"aws:eks/accessPolicyAssociation:AccessPolicyAssociation":      "the configured administrators: access_entries_test.go",
		"aws:ecr/lifecyclePolicy:LifecyclePolicy":                      "deletes, and grants nothing: registry_test.go",
		"gcp:artifactregistry/repositoryIamMember:RepositoryIamMember": "nodes pull images: registry_test.go",
		"gcp:storage/bucketIAMMember:BucketIAMMember":                  "Google's own log delivery: buckets_test.go",
		"kubernetes:rbac.authorization.k8s.io/v1:ClusterRole":          "the nodes' autoscaler: cluster_autoscaler_test.go",
		"kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding":   "the nodes' autoscaler: cluster_autoscaler_test.go",
		"kubernetes:rbac.authorization.k8s.io/v1:Role":                 "the nodes' autoscaler: cluster_autoscaler_test.go",
		"kubernetes:rbac.authorization.k8s.io/v1:RoleBinding":          "the nodes' autoscaler: cluster_autoscaler_test.go",
	}
	stacktest.ForEachPlatform(t, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		for _, each := range r.Registrations {
			if each.Custom && granting.MatchString(each.Type) {
				require.Contains(t, allowed, each.Type, each.Name)
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
		for _, each := range r.ByType("RolePolicyAttachment") {
			attached = append(attached, each.Input("policyArn"))
		}
		const own = "arn:aws:iam::aws:policy/"
		require.ElementsMatch(t, []any{
			own + "AmazonEKSClusterPolicy", own + "AmazonEKSWorkerNodePolicy", own + "AmazonEKS_CNI_Policy", own + "AmazonEC2ContainerRegistryPullOnly",
		}, attached)
	})
}

// No statement that allows has a wildcard for its action or principal, and none
// reaches a whole bucket without a condition on the prefix.
func TestIAM_noWildcards(t *testing.T) {
	r := stacktest.Up(t, "eks", nil)
	var statements int
	for _, each := range r.Registrations {
		if each.Type == "aws:iam/rolePolicy:RolePolicy" && each.Name == stacktest.ClusterAutoscalerName {
			continue // cluster_autoscaler_test.go: it is about machines, not about buckets
		}
		for _, key := range []string{"assumeRolePolicy", "policy"} {
			text, ok := each.Input(key).(string)
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
			require.NoError(t, json.Unmarshal([]byte(text), &document), each)
			for _, s := range document.Statement {
				statements++
				if s.Effect == "Deny" {
					continue
				}
				require.NotContains(t, strings.Join(s.Action, " "), "*", each)
				require.NotContains(t, fmt.Sprint(s.Principal), "*", each)
				for _, resource := range s.Resource {
					if strings.HasPrefix(resource, "arn:aws:kms:") {
						require.NotContains(t, resource, "*", each)
						require.NotEmpty(t, s.Condition["StringEquals"]["kms:ViaService"], each)
						continue
					}
					if s.Condition["StringEquals"]["aws:SourceAccount"] == stacktest.AccountID {
						continue // S3's own log delivery, for this account's buckets
					}
					bucket, key, inBucket := strings.Cut(strings.TrimPrefix(resource, "arn:aws:s3:::"), "/")
					require.NotContains(t, bucket, "*", each)
					if inBucket {
						require.Regexp(t, `^[a-z]+/\*$`, key, each)
					} else {
						require.Regexp(t, `^[a-z]+/\*$`, s.Condition["StringLike"]["s3:prefix"], each)
					}
				}
			}
		}
	}
	require.Equal(t, 6+2*5+3+3+1, statements, "six roles' trust, two statements a prefix and the key, three buckets' policies and the log delivery")
}
