package stackfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	udiff "github.com/aymanbagabas/go-udiff"
	"gopkg.in/yaml.v3"

	"github.com/modelferry/modelferry/config"
)

// Keys of a stack's config.
const (
	releasesKey = config.Namespace + ":releases"
	fetcherKey  = config.Namespace + ":fetcher"
)

// File is a stack's file that can be edited. Edits are in memory until Write.
type File struct {
	root, stack, path string
	// original is the content on disk, content the edited one.
	original, content []byte
}

// Artifact is a version of an artifact in a stack's file. Empty values are removed from the file.
type Artifact struct {
	// Keys is the path below the release of the service, as config.Release.Artifact returns it.
	Keys                                      []string
	Path, SHA256, Size, UnpackedSize, Version string
	// Signature is the path of the signature. If it is empty, the signature stays as it is.
	Signature string
}

// Open reads the file of a stack. root has Pulumi.yaml.
func Open(root, stack string) (*File, error) {
	path := Path(root, stack)
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("stack %q: %w: %s", stack, err, describeStacks(root))
	}
	if err != nil {
		return nil, fmt.Errorf("stack %q: %w", stack, err)
	}
	f := &File{root: root, stack: stack, path: path, original: content, content: content}
	return f, f.checkDocuments()
}

// Stacks returns the names of the stacks that have a file in root, sorted.
func Stacks(root string) []string {
	files, _ := filepath.Glob(filepath.Join(root, "Pulumi.*.yaml")) // the pattern is valid
	var stacks []string
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "Pulumi."), ".yaml")
		if name != "" {
			stacks = append(stacks, name)
		}
	}
	slices.Sort(stacks)
	return stacks
}

func describeStacks(root string) string {
	if stacks := Stacks(root); len(stacks) > 0 {
		return "the stacks with a file are " + strings.Join(stacks, ", ")
	}
	return "run it in the folder that has Pulumi.yaml"
}

// checkDocuments refuses what yaml.Unmarshal would ignore.
func (f *File) checkDocuments() error {
	decoder := yaml.NewDecoder(bytes.NewReader(f.content))
	for range 2 {
		var node yaml.Node
		if err := decoder.Decode(&node); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("%s: %w", f.Name(), err)
		}
	}
	return fmt.Errorf("%s: must have one YAML document", f.Name())
}

// Name returns the file's name, for messages.
func (f *File) Name() string { return filepath.Base(f.path) }

// Path returns the file's path.
func (f *File) Path() string { return f.path }

// Stack returns the stack's name.
func (f *File) Stack() string { return f.stack }

// Source returns the config with the edits, without its rules.
func (f *File) Source() (Source, error) { return parse(f.root, f.stack, f.path, f.content) }

// Config returns the validated config with the edits. The error of an invalid config is a *config.ValidationError.
func (f *File) Config() (config.Config, error) {
	source, err := f.Source()
	if err != nil {
		return config.Config{}, err
	}
	c, err := source.Load()
	if err != nil {
		return config.Config{}, fmt.Errorf("%s: %w", f.Name(), err)
	}
	return c, nil
}

// SetArtifacts sets the versions of artifacts of a service. Everything else of the file stays as it is, byte by byte:
// comments, order, quotes. A release or an artifact that the file does not have is added. After an error the file is
// unchanged.
func (f *File) SetArtifacts(service string, artifacts []Artifact) error {
	return f.edit([]string{releasesKey, service}, func(set func(keys []string, fields []field) error) error {
		for _, a := range artifacts {
			if err := set(a.Keys, a.fields()); err != nil {
				return err
			}
			if a.Signature == "" {
				continue
			}
			if err := set(append(slices.Clone(a.Keys), "signature"), []field{{"path", a.Signature}}); err != nil {
				return err
			}
		}
		return nil
	})
}

// SetRelease sets the image and the backend of a service. Empty ones stay as they are.
func (f *File) SetRelease(service, image, backend string) error {
	fields := slices.DeleteFunc([]field{{"image", image}, {"backend", backend}}, func(f field) bool { return f.value == "" })
	if len(fields) == 0 {
		return nil
	}
	return f.edit([]string{releasesKey, service}, func(set func(keys []string, fields []field) error) error { return set(nil, fields) })
}

// SetFetcherImage sets the image of the fetcher.
func (f *File) SetFetcherImage(image string) error {
	return f.edit([]string{fetcherKey}, func(set func(keys []string, fields []field) error) error {
		return set(nil, []field{{"image", image}})
	})
}

// edit calls change with a function that sets fields below a path in the config. It keeps the result if that is exactly
// what was asked for.
func (f *File) edit(path []string, change func(set func(keys []string, fields []field) error) error) error {
	if err := f.checkDeclared(path[0]); err != nil {
		return err
	}
	want, err := parseYAML(f.path, f.content)
	if err != nil {
		return err
	}
	content := f.content
	err = change(func(keys []string, fields []field) error {
		keys = slices.Concat([]string{"config"}, path, keys)
		edited, err := setMapping(content, keys, fields)
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name(), err)
		}
		content = edited
		setValues(want, keys, fields)
		return nil
	})
	if err != nil {
		return err
	}
	got, err := parseYAML(f.path, content)
	if err != nil || !reflect.DeepEqual(got, want) {
		return fmt.Errorf("%s: %s cannot be edited in place: write it in the form of docs/configuration.md",
			f.Name(), strings.Join(path, "."))
	}
	f.content = content
	return nil
}

// checkDeclared refuses a key whose values are in Pulumi.yaml: in the stack's file it would replace all of them.
func (f *File) checkDeclared(key string) error {
	source, err := f.Source()
	if err != nil {
		return err
	}
	root, err := parseYAML(f.path, f.content)
	if err != nil {
		return err
	}
	_, inStack := asMap(root["config"])[key]
	if _, ok := source.Values[key]; ok && !inStack {
		return fmt.Errorf("%s has no %s, but Pulumi.yaml has: move it into the stack's file", f.Name(), key)
	}
	return nil
}

// setValues sets fields in a decoded document.
func setValues(values map[string]any, keys []string, fields []field) {
	for _, key := range keys {
		inner, ok := values[key].(map[string]any)
		if !ok {
			inner = map[string]any{}
			values[key] = inner
		}
		values = inner
	}
	for _, f := range fields {
		if f.value == "" {
			delete(values, f.key)
		} else {
			values[f.key] = f.value
		}
	}
}

// Changed reports whether the edits change the file.
func (f *File) Changed() bool { return !bytes.Equal(f.original, f.content) }

// Diff returns the edits as a unified diff, or "" if there are none.
func (f *File) Diff() string {
	return udiff.Unified("a/"+f.Name(), "b/"+f.Name(), string(f.original), string(f.content))
}

// Undo returns a file whose Write restores the content from before the edits, after these were written. Call it before
// Write.
func (f *File) Undo() *File {
	undo := *f
	undo.original, undo.content = f.content, f.original
	return &undo
}
