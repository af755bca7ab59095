package engine_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/engine"
	"github.com/modelferry/modelferry/local/internal/node/nodeinfo"
	"github.com/modelferry/modelferry/local/internal/provider"
	"github.com/modelferry/modelferry/local/internal/provider/aws"
	"github.com/modelferry/modelferry/local/internal/provider/gcp"
)

var destroy operation = (*engine.Engine).Destroy

// unprotected is the config of a stack that can be destroyed.
var unprotected = map[string]any{"create": map[string]any{"deletionProtection": false}}

// writeAccount sets the account of the stack's local cloud. Without settings it is a new one.
func (s *testStack) writeAccount(settings string) {
	s.Helper()
	require.NoError(s, os.WriteFile(filepath.Join(s.layout.Dir(), "account.yaml"), []byte(settings), 0o600))
}

// changeRecords changes what is in the cloud, as somebody else may do.
func (s *testStack) changeRecords(change func(*cloudstate.Cloud)) {
	s.Helper()
	require.NoError(s, cloudstate.Update(s.layout.Dir(), func(cloud *cloudstate.Cloud) error {
		change(cloud)
		return nil
	}))
}

// recordOf returns the only record of a type.
func (s *testStack) recordOf(typ string) cloudstate.Resource {
	s.Helper()
	records := slices.DeleteFunc(s.records(), func(r cloudstate.Resource) bool { return r.Type != typ })
	require.Len(s, records, 1, typ)
	return records[0]
}

// What the cloud refuses fails the update with the cloud's words and leaves no record. When its cause is gone, the next
// update goes on.
func TestRefusal_fixedThenUpSucceeds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ stack, account, missing, want string }{
		"bucket of another project": {"gke", "foreignBuckets: [modelferry-demo-gke-models]", "gcp:storage/bucket:Bucket models",
			"googleapi: Error 409: The requested bucket name is not available."},
		"disks of a new project": {"gke", "quotas: {SSD_TOTAL_GB: 100}", "gcp:container/nodePool:NodePool modelferry-system",
			`resource "SSD_TOTAL_GB": request requires '150.0' and is short '50.0'. project has a quota of '100.0'`},
		"bucket of another account": {"eks", "foreignBuckets: [123456789012-eu-west-1-eks-models]", "aws:s3/bucketV2:BucketV2 models",
			"operation error S3: CreateBucket, https response error StatusCode: 409, RequestID: local, BucketAlreadyExists"},
		"no NAT gateway left": {"eks", "quotas: {natGateways: 0}", "aws:ec2/natGateway:NatGateway", "NatGatewayLimitExceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newTestStack(t, c.stack)
			s.writeAccount(c.account)
			_, err := s.run(up, nil)
			require.ErrorContains(t, err, c.want)
			typ, resourceName, _ := strings.Cut(c.missing, " ")
			for _, record := range s.records() {
				isMissing := record.Type == typ && (resourceName == "" || strings.HasSuffix(record.URN, "::"+resourceName))
				require.False(t, isMissing, record.URN)
			}
			s.writeAccount("")
			_, err = s.run(up, nil)
			require.NoError(t, err, s.out.String())
			summary, err := s.run(up, nil)
			require.NoError(t, err, s.out.String())
			require.False(t, summary.HasChanges(), s.out.String())
		})
	}
}

// retainedTypes are the types, or their prefixes, of resources that are left after a destroy of a stack.
var retainedTypes = map[string][]string{
	"gke": {"gcp:storage/bucket:Bucket", "gcp:storage/bucketIAMMember:BucketIAMMember", "gcp:artifactregistry/repository:Repository"},
	"eks": {
		"aws:s3/", "aws:ecr/", "aws:kms/key:Key", "aws:kms/alias:Alias", "aws:cloudwatch/logGroup:LogGroup",
	},
}

// A destroy is refused while somebody else uses the network, and then succeeds. The buckets stay, and a new stack of
// the same name is refused: docs/operations.md says how to adopt them.
func TestRefusal_destroy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		network string
		foreign func(network cloudstate.Resource) cloudstate.Resource
		want    string
		taken   string
	}{
		"gke": {"gcp:compute/network:Network", func(network cloudstate.Resource) cloudstate.Resource {
			return cloudstate.Resource{Type: "gcp:compute/router:Router", ID: "theirs", Outputs: map[string]any{"network": network.Outputs["selfLink"]}}
		}, "is already being used by 'theirs'", "Your previous request to create the named bucket succeeded and you already own it."},
		"eks": {"aws:ec2/vpc:Vpc", func(network cloudstate.Resource) cloudstate.Resource {
			return cloudstate.Resource{Type: "aws:ec2/subnet:Subnet", ID: "theirs", Outputs: map[string]any{"vpcId": network.ID}}
		}, "api error DependencyViolation: The vpc 'vpc-", "BucketAlreadyOwnedByYou"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newTestStack(t, name)
			_, err := s.run(up, unprotected)
			require.NoError(t, err, s.out.String())
			network := s.recordOf(c.network)
			s.changeRecords(func(cloud *cloudstate.Cloud) { cloud.Put(c.foreign(network)) })
			_, err = s.run(destroy, unprotected)
			require.ErrorContains(t, err, c.want)
			require.Equal(t, network.ID, s.recordOf(c.network).ID)

			theirs := c.foreign(network)
			s.changeRecords(func(cloud *cloudstate.Cloud) { cloud.Remove(theirs.Type, theirs.ID) })
			_, err = s.run(destroy, unprotected)
			require.NoError(t, err, s.out.String())
			for _, record := range s.records() {
				isRetained := slices.ContainsFunc(retainedTypes[name], func(typ string) bool { return strings.HasPrefix(record.Type, typ) })
				require.True(t, isRetained, "%s is left", record.URN)
			}
			_, err = s.run(up, unprotected)
			require.ErrorContains(t, err, c.taken)
		})
	}
}

// A bucket that the program did not retain would be refused while it has objects.
func TestRefusal_destroyOfFullBucket(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"gke": "Error trying to delete bucket modelferry-demo-gke-models containing objects without `force_destroy` set to true",
		"eks": "api error BucketNotEmpty: The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newTestStack(t, name)
			withoutRetain := func(_ string, result *pulumi.ResourceTransformResult) { result.Opts.RetainOnDelete = false }
			_, err := s.runTransformed(up, unprotected, withoutRetain)
			require.NoError(t, err, s.out.String())
			s.upload()
			_, err = s.run(destroy, unprotected)
			require.ErrorContains(t, err, want)
		})
	}
}

// upload puts an object into the bucket of the models.
func (s *testStack) upload() {
	s.Helper()
	if s.layout.Stack == "eks" { // versitygw serves the files of a directory
		file := filepath.Join(s.layout.Dir(), "buckets/123456789012-eu-west-1-eks-models/model")
		require.NoError(s, os.WriteFile(file, []byte("model"), 0o600))
		return
	}
	node, err := nodeinfo.Read(s.layout.NodeInfoFile())
	require.NoError(s, err)
	resp, err := http.Post(node.StoreURL+"/upload/storage/v1/b/modelferry-demo-gke-models/o?uploadType=media&name=model",
		"application/octet-stream", strings.NewReader("model"))
	require.NoError(s, err)
	resp.Body.Close()
	require.Equal(s, http.StatusOK, resp.StatusCode)
}

// stateResource is a resource in the engine's state.
type stateResource struct {
	URN, ID, Parent string
	Dependencies    []string
}

// stateOf returns the resources in the stack's state, in the order of their registration.
func stateOf(t *testing.T, s *testStack) []stateResource {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(s.layout.Dir(), "pulumi/.pulumi/stacks/*", s.layout.Stack+".json"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	content, err := os.ReadFile(files[0])
	require.NoError(t, err)
	var file struct {
		Checkpoint struct {
			Latest struct{ Resources []stateResource }
		}
	}
	require.NoError(t, json.Unmarshal(content, &file))
	return file.Checkpoint.Latest.Resources
}

// dependencies returns the resources on which each depends, directly or not. The engine creates them before it, and
// deletes them after it; the order of others is open.
func dependencies(resources []stateResource) map[string]map[string]bool {
	all := map[string]map[string]bool{}
	for _, r := range resources { // each is registered after what it depends on
		all[r.URN] = map[string]bool{}
		for _, dependency := range append(slices.Clone(r.Dependencies), r.Parent) {
			all[r.URN][dependency] = true
			for indirect := range all[dependency] {
				all[r.URN][indirect] = true
			}
		}
	}
	return all
}

// withoutHooks returns a cloud's provider that only refuses and records.
func withoutHooks(stack string) *provider.Package {
	pkg := map[string]func() *provider.Package{"gke": gcp.Package, "eks": aws.Package}[stack]()
	for token, definition := range pkg.Resources {
		definition.Create, definition.Delete, definition.Reconcile = nil, nil, nil
		pkg.Resources[token] = definition
	}
	return pkg
}

// The engine works on all resources in parallel that do not depend on each other. In any order that it may take, no
// cloud refuses a resource: each is created when only those exist on which it depends, and deleted when only those are
// gone that depend on it.
func TestRefusal_anyOrder(t *testing.T) {
	t.Parallel()
	kms := map[string]any{"modelferry:buckets": map[string]any{
		"kmsKey": "projects/modelferry-demo/locations/europe-west1/keyRings/r/cryptoKeys/k",
	}}
	for name, c := range map[string]struct {
		stack   string
		account string
		more    map[string]any
	}{
		// The disks and CPUs of the stack fit into the quotas of a new project.
		"gke":            {"gke", "quotas: {SSD_TOTAL_GB: 500, CPUS: 24}", nil},
		"gke with a key": {"gke", "", kms}, "eks": {"eks", "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newTestStack(t, c.stack)
			s.more = c.more
			s.writeAccount(c.account)
			_, err := s.run(up, nil)
			require.NoError(t, err, s.out.String())
			dependsOn := dependencies(stateOf(t, s))
			node, err := os.ReadFile(s.layout.NodeInfoFile())
			require.NoError(t, err)

			records := s.records()
			require.GreaterOrEqual(t, len(records), 25)
			for _, record := range records {
				require.Contains(t, dependsOn, record.URN)
				keep := func(exists func(other string) bool) plugin.Provider {
					dir := t.TempDir()
					require.NoError(t, os.WriteFile(filepath.Join(dir, "node.json"), node, 0o600))
					require.NoError(t, cloudstate.Update(dir, func(cloud *cloudstate.Cloud) error {
						cloud.Resources = slices.DeleteFunc(
							slices.Clone(records),
							func(r cloudstate.Resource) bool { return !exists(r.URN) },
						)
						return nil
					}))
					p := provider.New(withoutHooks(c.stack), &provider.Cloud{Dir: dir})
					_, err := p.Configure(
						context.Background(),
						plugin.ConfigureRequest{Inputs: resource.NewPropertyMapFromMap(map[string]any{
							"project": "modelferry-demo", "region": map[string]string{"gke": "europe-west1", "eks": "eu-west-1"}[c.stack],
						})},
					)
					require.NoError(t, err)
					return p
				}
				urn, inputs := resource.URN(record.URN), resource.NewPropertyMapFromMap(record.Inputs)
				p := keep(func(other string) bool { return dependsOn[record.URN][other] })
				_, err := p.Create(context.Background(), plugin.CreateRequest{URN: urn, Type: urn.Type(), Properties: inputs})
				require.NoError(t, err, "create %s", urn)
				p = keep(func(other string) bool { return !dependsOn[other][record.URN] })
				_, err = p.Delete(context.Background(), plugin.DeleteRequest{
					URN: urn, Type: urn.Type(), ID: resource.ID(record.ID), Inputs: inputs,
					Outputs: resource.NewPropertyMapFromMap(record.Outputs),
				})
				require.NoError(t, err, "delete %s", urn)
			}
		})
	}
}
