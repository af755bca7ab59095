package gke

import (
	"fmt"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/storage"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/infra"
)

// readerRole may get and list objects, and nothing else.
const readerRole = "roles/storage.objectViewer"

// WorkloadIdentity is a Kubernetes service account that Google Cloud knows by itself:
// a direct principal of the workload pool, without any Google service account
// and without any key.
type WorkloadIdentity struct {
	pulumi.ResourceState

	// Principal as grants name it.
	Principal pulumi.StringOutput
	// DependsOn are the bindings on the service's prefixes.
	DependsOn []pulumi.Resource
}

// WorkloadIdentityArgs says whose identity it is and what it may read.
type WorkloadIdentityArgs struct {
	// Project ID, and the project's number.
	Project       string
	ProjectNumber pulumi.StringInput
	// Buckets by the catalogue's names.
	Buckets map[string]*Bucket
	// Identity in cloud-neutral terms.
	Identity infra.WorkloadIdentityArgs
	// DependsOn is what makes the workload pool exist.
	DependsOn []pulumi.Resource
}

// NewWorkloadIdentity lets a service account read its prefixes: each is a managed
// folder of the bucket, since Cloud Storage has no other grant below a bucket
// that takes a principal of a workload pool.
func NewWorkloadIdentity(ctx *pulumi.Context, name string, args *WorkloadIdentityArgs, opts ...pulumi.ResourceOption) (*WorkloadIdentity, error) {
	i := &WorkloadIdentity{}
	if err := ctx.RegisterComponentResourceV2("modelferry:gke:Identity", name, pulumi.Map{
		"namespace": pulumi.String(args.Identity.Namespace), "serviceAccount": pulumi.String(args.Identity.ServiceAccount),
	}, i, opts...); err != nil {
		return nil, err
	}
	i.Principal = args.ProjectNumber.ToStringOutput().ApplyT(func(number string) string {
		return Principal(number, args.Project, args.Identity.Namespace, args.Identity.ServiceAccount)
	}).(pulumi.StringOutput)
	parent := pulumi.Parent(i)
	for _, grant := range args.Identity.ReadPrefixes {
		folderName := fmt.Sprintf("%s-%s", name, grant.Bucket)
		folder, err := storage.NewManagedFolder(ctx, folderName, &storage.ManagedFolderArgs{
			Bucket: args.Buckets[grant.Bucket].Name, Name: pulumi.String(grant.Prefix),
			// The folder goes with its service, and what lies in it stays: without this it would not go.
			ForceDestroy: pulumi.Bool(true),
		}, parent)
		if err != nil {
			return nil, err
		}
		member, err := storage.NewManagedFolderIamMember(ctx, folderName, &storage.ManagedFolderIamMemberArgs{
			Bucket: folder.Bucket, ManagedFolder: folder.Name,
			Role: pulumi.String(readerRole), Member: i.Principal,
		}, parent, pulumi.DependsOn(args.DependsOn))
		if err != nil {
			return nil, err
		}
		i.DependsOn = append(i.DependsOn, member)
	}
	return i, ctx.RegisterResourceOutputs(i, pulumi.Map{"principal": i.Principal})
}

// WorkloadPool returns the project's one pool of workload identities.
func WorkloadPool(project string) string { return project + ".svc.id.goog" }

// Principal returns the member string of a Kubernetes service account.
// number is the project's number, project its ID: the string wants both.
func Principal(projectNumber, project, namespace, serviceAccount string) string {
	return fmt.Sprintf("principal://iam.googleapis.com/projects/%s/locations/global/workloadIdentityPools/%s/subject/ns/%s/sa/%s",
		projectNumber, WorkloadPool(project), namespace, serviceAccount)
}
