package stackfile_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/modelferry/modelferry/local/internal/stackfile"
)

// Maps are merged, other values are replaced, and nil removes a key.
func ExampleFile_Merge() {
	root, err := os.MkdirTemp("", "stackfile-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(root) }()
	for name, content := range map[string]string{
		"Pulumi.yaml":     "name: modelferry",
		"Pulumi.gke.yaml": "config: {modelferry:rollout: {deadline: 10m, maxSurge: 1}, modelferry:namespace: ml}",
	} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(content), 0o600); err != nil {
			fmt.Println(err)
			return
		}
	}
	file, err := stackfile.Read(root, "gke", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	file.Merge(map[string]any{
		"modelferry:rollout":   map[string]any{"deadline": "45s"},
		"modelferry:namespace": nil,
	})
	rollout, _ := file.GetConfig("modelferry:rollout")
	fmt.Println(rollout)
	fmt.Println(file.Keys())
	// Output:
	// {"deadline":"45s","maxSurge":1}
	// [modelferry:rollout]
}
