package gke

import (
	"fmt"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/storage"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/infra"
)

// readerRole can get and list objects.
const readerRole = "roles/storage.objectViewer"

// WorkloadIdentity is a Kubernetes service account as a principal of the project's workload identity pool. It needs
// no Google service account and no key.
type WorkloadIdentity struct {
	pulumi.ResourceState
	infra.WorkloadIdentity
}

// WorkloadIdentityArgs are the arguments of NewWorkloadIdentity.
type WorkloadIdentityArgs struct {
	infra.WorkloadIdentityArgs

	// Project is the project's ID, ProjectNumber its number.
	Project       string
	ProjectNumber pulumi.StringInput
	// Buckets are the names of the buckets, by their names in the service catalogue.
	Buckets map[string]pulumi.StringOutput
	// DependsOn creates the workload identity pool.
	DependsOn []pulumi.Resource
}

// NewWorkloadIdentity grants a service account read access to its prefixes. Each is a managed folder: the only
// resource below a bucket whose IAM policy accepts a principal of a workload identity pool.
func NewWorkloadIdentity(
	ctx *pulumi.Context, name string, args *WorkloadIdentityArgs, opts ...pulumi.ResourceOption,
) (*WorkloadIdentity, error) {
	i := &WorkloadIdentity{}
	if err := ctx.RegisterComponentResourceV2("modelferry:gke:Identity", name, pulumi.Map{
		"namespace": pulumi.String(args.Namespace), "serviceAccount": pulumi.String(args.ServiceAccount),
	}, i, opts...); err != nil {
		return nil, err
	}
	i.Annotations = pulumi.StringMap{}
	i.Principal = args.ProjectNumber.ToStringOutput().ApplyT(func(number string) string {
		return Principal(number, args.Project, args.Namespace, args.ServiceAccount)
	}).(pulumi.StringOutput)
	parent := pulumi.Parent(i)
	for _, prefix := range args.ReadPrefixes {
		folderName := fmt.Sprintf("%s-%s", name, prefix.Bucket)
		folder, err := storage.NewManagedFolder(ctx, folderName, &storage.ManagedFolderArgs{
			Bucket: args.Buckets[prefix.Bucket], Name: pulumi.String(prefix.Prefix),
			// Deletes a managed folder that has objects, and keeps the objects.
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

// WorkloadPool returns the name of the project's workload identity pool.
func WorkloadPool(project string) string { return project + ".svc.id.goog" }

// Principal returns the IAM member of a Kubernetes service account. It has both the number and the ID of the project.
func Principal(projectNumber, project, namespace, serviceAccount string) string {
	return fmt.Sprintf("principal://iam.googleapis.com/projects/%s/locations/global/workloadIdentityPools/%s/subject/ns/%s/sa/%s",
		projectNumber, WorkloadPool(project), namespace, serviceAccount)
}
