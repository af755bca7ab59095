package localconfig

import (
	"slices"
	"strings"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/local/internal/paths"
)

// digestDigits are the digits of its digest in the path of a released artifact: PREFIX/0123456789ab/FILE.
const digestDigits = 12

// releasesKey is the key of the releases in a stack's config.
const releasesKey = config.Namespace + ":releases"

// readReleased returns the artifacts that modelferry has released to the stack, as config values, except for those that
// skip selects by their keys. They are in the stack file of the engine, which modelferry edits, and which is written
// anew in each update. They are recognized by their paths.
func readReleased(layout paths.Layout, skip func(keys []string) bool) (map[string]any, error) {
	values, err := readConfig(layout.StackFile(), "local stack file")
	if err != nil {
		return nil, err
	}
	released := map[string]any{}
	keys := []string{releasesKey}
	addReleased(released, keys, valueAt(values, keys), skip)
	return released, nil
}

// addReleased adds the released artifacts in values, which are below the keys: those of a service, and those of its
// backends.
func addReleased(target map[string]any, keys []string, values map[string]any, skip func(keys []string) bool) {
	if isReleased(values) && !skip(keys) {
		mergeValues(target, nestValue(keys, values))
	}
	for key, value := range values {
		if inner, ok := value.(map[string]any); ok {
			addReleased(target, append(slices.Clone(keys), key), inner, skip)
		}
	}
}

// isReleased reports whether a version of an artifact has been released: its path contains its digest.
func isReleased(artifact map[string]any) bool {
	path, _ := artifact["path"].(string)
	digest, _ := artifact["sha256"].(string)
	return len(digest) > digestDigits && strings.Contains(path, "/"+digest[:digestDigits]+"/")
}
