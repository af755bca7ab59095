package gkeidentity

import (
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/gcpiam"
	"github.com/modelferry/modelferry/local/internal/releaser"
)

// records reads the resources of a stack from cloud.json, and again when the file was replaced.
type records struct {
	dir string

	mu    sync.Mutex
	file  os.FileInfo
	cloud *cloudstate.Cloud
}

func (r *records) load() (*cloudstate.Cloud, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	file, err := os.Stat(filepath.Join(r.dir, "cloud.json"))
	if err == nil && r.file != nil && os.SameFile(file, r.file) && file.ModTime().Equal(r.file.ModTime()) {
		return r.cloud, nil
	}
	cloud, loadErr := cloudstate.Load(r.dir) // a missing file is an empty cloud
	if loadErr != nil {
		return nil, loadErr
	}
	r.file, r.cloud = file, cloud
	return cloud, nil
}

// bindings returns the IAM bindings on the project, its buckets and their managed folders that have an effect now.
func bindings(cloud *cloudstate.Cloud) []gcpiam.Binding {
	var all []gcpiam.Binding
	propagated := cloud.Propagated()
	for _, typ := range []string{projectIAMType, bucketMemberType, folderMemberType} {
		for _, record := range propagated.OfType(typ) {
			input := func(name string) string {
				text, _ := record.Inputs[name].(string)
				return text
			}
			binding := gcpiam.Binding{Role: input("role"), Member: input("member"), Bucket: strings.TrimPrefix(input("bucket"), "b/")}
			if typ == folderMemberType {
				binding.ManagedFolder = gcpiam.NewFolder(input("managedFolder"))
			}
			if condition, ok := record.Inputs["condition"].(map[string]any); ok {
				binding.Condition, _ = condition["expression"].(string)
			}
			all = append(all, binding)
		}
	}
	return append(all, releaserBindings(propagated)...)
}

// releaserBindings returns the bindings of the releaser: on the managed folders of the services, and on that of the
// releases' records in the same buckets.
func releaserBindings(cloud *cloudstate.Cloud) []gcpiam.Binding {
	folders := map[[2]string]bool{} // by bucket and name
	for _, record := range cloud.OfType(folderType) {
		bucket, _ := record.Inputs["bucket"].(string)
		name, _ := record.Inputs["name"].(string)
		if bucket != "" && name != "" {
			folders[[2]string{bucket, name}], folders[[2]string{bucket, releaser.ReleasesPrefix}] = true, true
		}
	}
	var all []gcpiam.Binding
	for folder := range folders {
		for _, role := range []string{"roles/storage.objectViewer", "roles/storage.objectCreator"} {
			all = append(all, gcpiam.Binding{
				Bucket: strings.TrimPrefix(folder[0], "b/"), ManagedFolder: gcpiam.NewFolder(folder[1]),
				Role: role, Member: releaserPrincipal,
			})
		}
	}
	return all
}

// versioned reports whether a bucket keeps noncurrent versions.
func versioned(cloud *cloudstate.Cloud, bucket string) bool {
	record := cloud.Find(bucketType, bucket)
	if record == nil {
		return false
	}
	versioning, _ := record.Inputs["versioning"].(map[string]any)
	return versioning["enabled"] == true
}
