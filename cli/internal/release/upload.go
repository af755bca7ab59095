package release

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/modelferry/modelferry/cli/internal/exitcode"
	"github.com/modelferry/modelferry/cli/internal/records"
	"github.com/modelferry/modelferry/cli/objectstore"
)

// find returns the object of an artifact if the bucket has it with this digest. An object of another uploader has no
// digest in its metadata, and is read.
func (t *target) find(ctx context.Context, a records.Artifact) (object objectstore.Object, ok bool, err error) {
	store, err := t.store(ctx, a.Bucket)
	if err != nil {
		return object, false, err
	}
	object, err = store.Stat(ctx, a.Path)
	if errors.Is(err, objectstore.ErrNotFound) {
		return object, false, nil
	}
	if err != nil {
		return object, false, err
	}
	actual := object.SHA256
	if actual == "" {
		if actual, err = readDigest(ctx, store, a.Path); err != nil {
			return object, false, err
		}
	}
	if !strings.EqualFold(actual, a.SHA256) {
		return object, false, fmt.Errorf("%s has the digest %s, expected %s: it was uploaded by other means: "+
			"rename the file, so that its path differs", store.URL(a.Path), actual, a.SHA256)
	}
	return object, true, nil
}

// readDigest reads an object and returns its digest.
func readDigest(ctx context.Context, store objectstore.Store, key string) (string, error) {
	reader, _, err := store.Open(ctx, key)
	if err != nil {
		return "", err
	}
	defer reader.Close()
	sum, _, err := digest(ctx, reader)
	return sum, err
}

// upload uploads the content of an artifact, unless the bucket has it, and returns its version.
func (t *target) upload(ctx context.Context, a records.Artifact, c objectstore.Content) (version string, uploaded bool, err error) {
	object, exists, err := t.find(ctx, a)
	if err != nil {
		return "", false, err
	}
	store, err := t.store(ctx, a.Bucket)
	if err != nil {
		return "", false, err
	}
	if exists {
		fmt.Fprintf(t.env.Messages, "%s is there already\n", store.URL(a.Path))
		return object.Version, false, nil
	}
	sent, done := t.env.Progress(store.URL(a.Path), a.Size)
	object, err = store.Put(ctx, a.Path, c, objectstore.PutOptions{Progress: sent, StateDir: t.env.StateDir})
	done()
	if errors.Is(err, objectstore.ErrExists) { // someone else has uploaded it meanwhile
		if object, exists, err = t.find(ctx, a); err == nil && !exists {
			err = fmt.Errorf("%s was deleted meanwhile: run the command again", store.URL(a.Path))
		}
		return object.Version, false, err
	}
	if errors.Is(err, objectstore.ErrContentChanged) {
		err = exitcode.WithCode(exitcode.Invalid, err)
	}
	return object.Version, err == nil, err
}

// checkObjects returns an error if an object of the artifacts is not in its bucket with its digest.
func (t *target) checkObjects(ctx context.Context, artifacts map[string]records.Artifact) error {
	for _, name := range slices.Sorted(maps.Keys(artifacts)) {
		a := artifacts[name]
		store, err := t.store(ctx, a.Bucket)
		if err != nil {
			return err
		}
		if a.SHA256 == "" {
			_, err = store.Stat(ctx, a.Path)
		} else if _, exists, findErr := t.find(ctx, a); findErr != nil {
			err = findErr
		} else if !exists {
			err = fmt.Errorf("%s: %w: it was deleted: release it again, or choose another release with --to",
				store.URL(a.Path), objectstore.ErrNotFound)
		}
		if err == nil && a.Signature != "" {
			_, err = store.Stat(ctx, a.Signature)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
