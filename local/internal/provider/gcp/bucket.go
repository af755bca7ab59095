package gcp

import (
	"strings"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/storage"

	"github.com/modelferry/modelferry/local/internal/provider"
)

var bucket = map[string]provider.Resource{
	"gcp:storage/bucket:Bucket": {
		Args: storage.BucketArgs{}, State: storage.BucketState{}, Name: "name",
		Replace: []string{"name", "project", "location", "customPlacementConfig", "enableObjectRetention"},
		ID:      provider.Text("{name}"),
		Outputs: map[string]provider.Value{
			"selfLink":               provider.Text("https://www.googleapis.com/storage/v1/b/{name}"),
			"url":                    provider.Text("gs://{name}"),
			"storageClass":           provider.Const("STANDARD"),
			"publicAccessPrevention": provider.Const("inherited"),
			"projectNumber":          func(r *provider.Request) any { return projectNumber(r.Str("project")) },
		},
		Create: createBucket, Delete: deleteBucket, Exists: bucketExists,
	},
	"gcp:storage/managedFolder:ManagedFolder": {
		Args: storage.ManagedFolderArgs{}, State: storage.ManagedFolderState{}, Name: "name",
		Replace: []string{"bucket", "name"},
		ID: func(r *provider.Request) any {
			return r.Str("bucket") + "/" + strings.TrimSuffix(r.Str("name"), "/") + "/"
		},
		Outputs: map[string]provider.Value{
			"selfLink":       provider.Text("https://www.googleapis.com/storage/v1/b/{bucket}/managedFolders/{name}"),
			"metageneration": provider.Const("1"),
		},
	},
}
