package gcp

import (
	"fmt"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/container"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/organizations"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/storage"

	"github.com/modelferry/modelferry/local/internal/provider"
)

var functions = map[string]provider.Function{
	"gcp:organizations/getProject:getProject": {
		Args: organizations.LookupProjectArgs{}, Result: organizations.LookupProjectResult{},
		Outputs: map[string]provider.OutputFunc{
			"id":        provider.Template("projects/{projectId}"),
			"projectId": project,
			"name":      provider.Template("{projectId}"),
			"number":    func(r *provider.Request) any { return projectNumber(r.GetString("projectId")) },
		},
	},
	"gcp:storage/getProjectServiceAccount:getProjectServiceAccount": {
		Args: storage.GetProjectServiceAccountArgs{}, Result: storage.GetProjectServiceAccountResult{},
		Outputs: map[string]provider.OutputFunc{
			"id": provider.Template("{emailAddress}"), "member": provider.Template("serviceAccount:{emailAddress}"),
			"emailAddress": func(r *provider.Request) any {
				return "service-" + projectNumber(fmt.Sprint(project(r))) + "@gs-project-accounts.iam.gserviceaccount.com"
			},
		},
	},
	"gcp:container/getCluster:getCluster": {
		Args: container.LookupClusterArgs{}, Result: container.LookupClusterResult{},
		Outputs: map[string]provider.OutputFunc{
			"id":       func(r *provider.Request) any { return r.LookupClusterID(clusterType, r.GetString("name")) },
			"endpoint": clusterEndpoint,
			"network":  provider.ConstOutput("default"), "subnetwork": provider.ConstOutput("default"),
			"selfLink": provider.Template("https://container.googleapis.com/v1/projects/{project}/locations/{location}/clusters/{name}"),
			"masterAuths": func(r *provider.Request) any {
				return []any{map[string]any{
					"clusterCaCertificate": provider.ClusterCA(r), "clientCertificate": "", "clientKey": "",
					"clientCertificateConfigs": []any{},
				}}
			},
			"masterVersion": provider.ConstOutput(kubernetesVersion),
			"nodeVersion":   provider.ConstOutput(kubernetesVersion),
			"workloadIdentityConfigs": func(r *provider.Request) any {
				return []any{map[string]any{"workloadPool": r.GetString("project") + ".svc.id.goog"}}
			},
		},
	},
}
