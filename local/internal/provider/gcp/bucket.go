package gcp

import (
	"strings"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/storage"

	"github.com/modelferry/modelferry/local/internal/provider"
)

const bucketType = "gcp:storage/bucket:Bucket"

var bucketResources = map[string]provider.Resource{
	bucketType: {
		Args: storage.BucketArgs{}, State: storage.BucketState{}, NameProperty: "name",
		ReplaceOnChanges: []string{"name", "project", "location", "customPlacementConfig", "enableObjectRetention"},
		ID:               provider.Template("{name}"),
		Outputs: map[string]provider.OutputFunc{
			"selfLink":      provider.Template("https://www.googleapis.com/storage/v1/b/{name}"),
			"url":           provider.Template("gs://{name}"),
			"storageClass":  provider.ConstOutput("STANDARD"),
			"projectNumber": func(r *provider.Request) any { return projectNumber(r.GetString("project")) },
		},
		Create: createBucket, Delete: deleteBucket, Exists: bucketExists,
	},
	managedFolderType: {
		Args: storage.ManagedFolderArgs{}, State: storage.ManagedFolderState{}, NameProperty: "name",
		ReplaceOnChanges: []string{"bucket", "name"},
		ID: func(r *provider.Request) any {
			return r.GetString("bucket") + "/" + strings.TrimSuffix(r.GetString("name"), "/") + "/"
		},
		Outputs: map[string]provider.OutputFunc{
			"selfLink":       provider.Template("https://www.googleapis.com/storage/v1/b/{bucket}/managedFolders/{name}"),
			"metageneration": provider.ConstOutput("1"),
		},
		Delete: checkManagedFolderEmpty,
	},
}
