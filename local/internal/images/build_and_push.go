package images

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// BuildAndPush builds a program for this machine's architecture, pushes its image to the local cloud's registry and
// returns its reference by digest.
func BuildAndPush(ctx context.Context, p Program, dir, registry string) (string, error) {
	binary := filepath.Join(dir, p.Name+"-linux-"+runtime.GOARCH)
	if err := p.Compile(ctx, runtime.GOARCH, binary); err != nil {
		return "", err
	}
	return PushBinary(ctx, p.Name, binary, registry)
}

// PushBinary pushes the image of a static program of this machine's architecture to the local cloud's registry and
// returns its reference by digest. It skips the image of an unchanged program, because packing and pushing it would
// take most of an update's time.
func PushBinary(ctx context.Context, program, binary, registry string) (string, error) {
	content, err := os.ReadFile(binary)
	if err != nil {
		return "", err
	}
	recordFile := binary + ".image"
	record := buildRecord{Program: fmt.Sprintf("%x", sha256.Sum256(content))}
	if previous := readBuildRecord(recordFile); previous.Program == record.Program {
		if reference := imageReference(registry, program, previous.Image); existsInRegistry(ctx, reference) {
			return reference, nil
		}
	}
	index, err := NewIndex(program, map[string]string{runtime.GOARCH: binary})
	if err != nil {
		return "", err
	}
	pushed, err := Push(ctx, fmt.Sprintf("%s/modelferry/%s", registry, program), index)
	if err != nil {
		return "", err
	}
	digest, err := index.Digest()
	if err != nil {
		return "", err
	}
	record.Image = digest.String()
	text, err := json.Marshal(record)
	if err != nil {
		return "", err
	}
	return pushed, os.WriteFile(recordFile, text, 0o644)
}

// buildRecord records the image of the last build.
type buildRecord struct {
	// Program is the SHA-256 of the binary in hex.
	Program string
	// Image is the digest of its image.
	Image string
}

// readBuildRecord returns the zero value if the file is missing or cannot be read.
func readBuildRecord(file string) buildRecord {
	var record buildRecord
	content, err := os.ReadFile(file)
	if err != nil || json.Unmarshal(content, &record) != nil {
		return buildRecord{}
	}
	return record
}

func imageReference(registry, program, digest string) string {
	return fmt.Sprintf("%s/modelferry/%s@%s", registry, program, digest)
}

func existsInRegistry(ctx context.Context, reference string) bool {
	ref, err := name.NewDigest(reference)
	if err != nil {
		return false
	}
	_, err = remote.Head(ref, remote.WithContext(ctx))
	return err == nil
}
