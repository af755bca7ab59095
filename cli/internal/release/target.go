package release

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/modelferry/modelferry/cli/internal/exitcode"
	"github.com/modelferry/modelferry/cli/internal/records"
	"github.com/modelferry/modelferry/cli/objectstore"
	"github.com/modelferry/modelferry/cli/stackfile"
	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/config/suggest"
)

// target is a service on a stack.
type target struct {
	env     *Environment
	file    *stackfile.File
	config  config.Config
	service string
	// backend that the artifacts belong to, or "".
	backend string
	stores  map[string]objectstore.Store
	buckets map[string]string
	// records of the service in the bucket, of all stacks.
	records []records.Record
}

// openTarget reads the stack's file. It makes no request. With an empty backend, it is that of the release.
func (e *Environment) openTarget(stack, service, backend string) (*target, error) {
	file, err := stackfile.Open(e.Root, stack)
	if err != nil {
		return nil, exitcode.WithCode(exitcode.Invalid, err)
	}
	c, err := file.Config()
	if err != nil {
		return nil, exitcode.WithCode(exitcode.Invalid, err)
	}
	definition, ok := c.Services[service]
	if !ok {
		return nil, exitcode.WithCode(exitcode.Invalid, fmt.Errorf("invalid service %q: must be one of %s%s",
			service, strings.Join(c.ServiceNames(), ", "), suggest.DidYouMean(service, c.ServiceNames())))
	}
	if backend == "" {
		backend = c.Releases[service].Backend
	}
	names := slices.Sorted(maps.Keys(definition.Backends))
	if _, known := definition.Backends[backend]; !known && (backend != "" || len(names) > 0) {
		if len(names) == 0 {
			err = fmt.Errorf("invalid backend %q: the service %s has no backends", backend, service)
		} else {
			err = fmt.Errorf("invalid backend %q of %s: must be one of %s (--backend)%s",
				backend, service, strings.Join(names, ", "), suggest.DidYouMean(backend, names))
		}
		return nil, exitcode.WithCode(exitcode.Invalid, err)
	}
	return &target{env: e, file: file, config: c, service: service, backend: backend, stores: map[string]objectstore.Store{}}, nil
}

func (t *target) stack() string { return t.file.Stack() }

func (t *target) release() config.Release { return t.config.Releases[t.service] }

func (t *target) usesCSI() bool { return t.release().UsesCSI() }

// definitions returns the artifacts of the service with the backend.
func (t *target) definitions() map[string]config.Artifact {
	definition := t.config.Services[t.service]
	artifacts := maps.Clone(definition.Artifacts)
	if artifacts == nil {
		artifacts = map[string]config.Artifact{}
	}
	maps.Copy(artifacts, definition.Backends[t.backend].Artifacts)
	return artifacts
}

// definition returns an artifact of the service.
func (t *target) definition(name string) (config.Artifact, error) {
	all := t.definitions()
	artifact, ok := all[name]
	if !ok {
		names := slices.Sorted(maps.Keys(all))
		return artifact, exitcode.WithCode(exitcode.Invalid, fmt.Errorf("invalid artifact %q of %s: must be one of %s%s",
			name, t.service, strings.Join(names, ", "), suggest.DidYouMean(name, names)))
	}
	return artifact, nil
}

// version returns an artifact's version in the stack's file, and where the file has it or will have it.
func (t *target) version(name string) (version config.ArtifactRelease, keys []string) {
	release := t.release()
	if release.Image == "" && len(release.Artifacts) == 0 {
		release.Backend = t.backend // there is no release yet: it will select the backend
	}
	selected := release.Backend == t.backend
	release.Backend = t.backend
	version, keys, ok := release.Artifact(name)
	if keys[0] == "artifacts" && !selected {
		// The version of the selected backend must stay.
		keys = []string{"backends", t.backend, "artifacts", name}
		if _, own := t.config.Services[t.service].Backends[t.backend].Artifacts[name]; own {
			ok = false // the version is that of another backend's artifact
		}
	}
	if !ok {
		return config.ArtifactRelease{}, keys
	}
	return version, keys
}

// current returns the artifacts that the stack's file has, as a record has them.
func (t *target) current() map[string]records.Artifact {
	current := map[string]records.Artifact{}
	for name, definition := range t.definitions() {
		version, _ := t.version(name)
		if version.Path == "" || version.SHA256 == config.PlaceholderDigest {
			continue
		}
		size, _ := config.ParseSize(version.Size)             // the config is valid
		unpacked, _ := config.ParseSize(version.UnpackedSize) // 0 if it is not set
		current[name] = records.Artifact{
			Bucket: definition.Bucket, Path: version.Path, SHA256: strings.ToLower(version.SHA256),
			Size: size, UnpackedSize: unpacked, Version: version.Version,
		}
		if version.Signature != nil {
			a := current[name]
			a.Signature = version.Signature.Path
			current[name] = a
		}
	}
	return current
}

// set edits the stack's file in memory, so that it has these artifacts.
func (t *target) set(artifacts map[string]records.Artifact) error {
	var changes []stackfile.Artifact
	current := t.current()
	for _, name := range slices.Sorted(maps.Keys(artifacts)) {
		a := artifacts[name]
		if old, ok := current[name]; ok && old.Path == a.Path && old.SHA256 == a.SHA256 && (old.Version == a.Version || a.Version == "") &&
			old.Signature == a.Signature {
			continue // keeps a rounded size
		}
		if current[name].Signature != "" && a.Signature == "" {
			return exitcode.WithCode(exitcode.Invalid, fmt.Errorf("artifact %s has a signature in %s, and its new version has none: "+
				"sign it (--sign, --signature), or remove its signature from the file first", name, t.file.Name()))
		}
		_, keys := t.version(name)
		change := stackfile.Artifact{
			Keys:         keys,
			Path:         a.Path,
			SHA256:       a.SHA256,
			Size:         bytesText(a.Size),
			UnpackedSize: bytesText(a.UnpackedSize),
			Version:      a.Version,
			Signature:    a.Signature,
		}
		if t.usesCSI() {
			change.Version, change.UnpackedSize = "", "" // a mounted bucket has the current version
		}
		changes = append(changes, change)
	}
	return exitcode.WithCode(exitcode.Invalid, t.file.SetArtifacts(t.service, changes))
}

func bytesText(size int64) string {
	if size == 0 {
		return ""
	}
	return fmt.Sprintf("%dB", size)
}

// validate checks the config with the edits.
func (t *target) validate() error {
	if _, err := t.file.Config(); err != nil {
		if t.release().Image == "" {
			err = fmt.Errorf("%w\n%s has no release of %s yet: set --image, and give all its artifacts", err, t.file.Name(), t.service)
		}
		return exitcode.WithCode(exitcode.Invalid, err)
	}
	return nil
}

// log returns the records of the service.
func (t *target) log(ctx context.Context) (records.Log, error) {
	store, err := t.store(ctx, config.ModelsBucket)
	return records.Log{Store: store, Service: t.service}, err
}

// readRecords reads the records of the service, and returns those of the stack.
func (t *target) readRecords(ctx context.Context) ([]records.Record, error) {
	log, err := t.log(ctx)
	if err != nil {
		return nil, err
	}
	if t.records, err = log.Read(ctx); err != nil {
		return nil, err
	}
	return records.Of(t.records, t.stack(), t.backend), nil
}

// store returns the client of a bucket of the catalogue.
func (t *target) store(ctx context.Context, bucket string) (objectstore.Store, error) {
	if store, ok := t.stores[bucket]; ok {
		return store, nil
	}
	name, err := t.bucketName(ctx, bucket)
	if err != nil {
		return nil, err
	}
	location := objectstore.Location{
		Cloud: t.config.Cloud, Bucket: name, Endpoint: t.config.Endpoints.Storage, Region: t.config.AWS.Region,
		Anonymous: t.config.Cloud == config.GKE && t.config.Endpoints.Storage != "" && t.config.Endpoints.ReadsAnonymously(),
	}
	location.OnRetry = func(failure error, wait time.Duration) {
		fmt.Fprintf(t.env.Messages, "%v: trying again in %s\n", failure, wait.Round(time.Second))
	}
	store, err := t.env.OpenStore(ctx, location)
	if err != nil {
		return nil, fmt.Errorf("stack %s: %w", t.stack(), err)
	}
	t.stores[bucket] = store
	return store, nil
}

// bucketName returns the name of a bucket: from the config, or from the stack's outputs if it contains the AWS account.
func (t *target) bucketName(ctx context.Context, bucket string) (string, error) {
	if name := t.config.Buckets.NameOverride(bucket); name != "" {
		return name, nil
	}
	if t.config.Cloud == config.GKE {
		return t.config.BucketName("", t.stack(), bucket), nil
	}
	if t.buckets == nil {
		buckets, err := t.env.Buckets(ctx, t.env.Root, t.stack())
		if err != nil {
			return "", fmt.Errorf("stack %s: the names of the buckets: %w", t.stack(), err)
		}
		t.buckets = buckets
	}
	if name := t.buckets[bucket]; name != "" {
		return name, nil
	}
	return "", exitcode.WithCode(exitcode.NotFound, errors.New("stack "+t.stack()+" has no bucket "+bucket+": run pulumi up first"))
}
