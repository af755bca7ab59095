package localconfig

import (
	"fmt"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/local/internal/testmodel"
)

// Artifact is an artifact of a service that needs a file.
type Artifact struct {
	// Service is the name of the service in the catalogue.
	Service string
	// Backend is the selected backend of the service, or "".
	Backend string
	// Name is the name of the artifact in the catalogue.
	Name string
	// Path is the path of the object in its bucket.
	Path string
	// Bytes is the size in the config.
	Bytes int64
}

// AddArtifacts adds the artifacts that have not been released, with the files that fileOf returns.
func (s *Stack) AddArtifacts(fileOf func(Artifact) (testmodel.File, error)) error {
	releases := map[string]any{}
	for _, w := range s.Config.Workloads() {
		release := s.Config.Releases[w.Name]
		overrides := map[string]any{}
		for _, artifact := range w.Artifacts {
			version, keys, _ := release.Artifact(artifact.Name)
			if pinsArtifact(s.overrides, w.Name, keys) {
				continue // the object has been uploaded
			}
			size, err := config.ParseSize(version.Size)
			if err != nil {
				return fmt.Errorf("size of %s/%s: %w", w.Name, artifact.Name, err)
			}
			file, err := fileOf(Artifact{
				Service: w.Name, Backend: release.Backend, Name: artifact.Name, Path: artifact.Path, Bytes: size,
			})
			if err != nil {
				return err
			}
			values := map[string]any{"sha256": file.SHA256, "version": nil}
			if file.Bytes != size {
				values["size"] = fmt.Sprintf("%dB", file.Bytes)
			}
			mergeValues(overrides, nestValue(keys, values))
			s.Objects = append(s.Objects, Object{Bucket: artifact.Bucket, Path: artifact.Path, File: file})
		}
		releases[w.Name] = overrides
	}
	// Not over the users' values, such as the size of an artifact whose path they have changed.
	values := map[string]any{releasesKey: releases}
	mergeValues(values, s.Values)
	s.Values = values
	return nil
}
