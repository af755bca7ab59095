package kubernetes

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	serializer "k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/client-go/kubernetes/scheme"
)

// autonamed marks an object whose name was drawn here; Pulumi's own provider uses the same mark.
const autonamed = "pulumi.com/autonamed"

// Check completes an object (apiVersion, kind, name, namespace) and refuses what its kind has no place for.
func (s *server) Check(_ context.Context, req plugin.CheckRequest) (plugin.CheckResponse, error) {
	gvk, err := kindOf(req.Type)
	if err != nil {
		return plugin.CheckResponse{}, err
	}
	inputs := req.News.Copy()
	failures := setKind(inputs, gvk)
	metadata, ok := childMap(inputs, "metadata")
	if !ok {
		return plugin.CheckResponse{Properties: inputs, Failures: append(failures, plugin.CheckFailure{
			Property: "metadata", Reason: fmt.Sprintf("%s: metadata must be an object", req.Type),
		})}, nil
	}
	if metadata != nil {
		if err := s.name(metadata, req); err != nil {
			failures = append(failures, plugin.CheckFailure{
				Property: "metadata.name", Reason: fmt.Sprintf("%s: %v", req.Type, err),
			})
		}
		if _, given := metadata["namespace"]; !given && s.namespaced(gvk) && !s.settings.unknown {
			namespace := s.settings.Namespace
			if namespace == "" {
				namespace = "default"
			}
			metadata["namespace"] = resource.NewStringProperty(namespace)
		}
		inputs["metadata"] = resource.NewObjectProperty(metadata)
	}
	return plugin.CheckResponse{Properties: inputs, Failures: append(failures, misfits(inputs, gvk)...)}, nil
}

// setKind fills in apiVersion and kind, which a program may repeat but not contradict.
func setKind(inputs resource.PropertyMap, gvk schema.GroupVersionKind) []plugin.CheckFailure {
	var failures []plugin.CheckFailure
	for key, want := range map[resource.PropertyKey]string{
		"apiVersion": gvk.GroupVersion().String(), "kind": gvk.Kind,
	} {
		if given := inputs[key]; given.IsString() && given.StringValue() != want {
			failures = append(failures, plugin.CheckFailure{
				Property: key, Reason: fmt.Sprintf("%s %q does not fit the resource type, which is %q", key, given.StringValue(), want),
			})
		}
		inputs[key] = resource.NewStringProperty(want)
	}
	return failures
}

// name gives the object its name: the program's, the one of before if that was drawn, or a new one.
func (s *server) name(metadata resource.PropertyMap, req plugin.CheckRequest) error {
	if given := metadata["name"]; !given.IsNull() || metadata["generateName"].HasValue() {
		return nil
	}
	var name string
	if old, ok := childMap(req.Olds, "metadata"); ok && isAutonamed(old) && old["name"].IsString() {
		name = old["name"].StringValue()
	} else if a := req.Autonaming; a != nil && a.Mode == plugin.AutonamingModeDisabled {
		return fmt.Errorf("autonaming is off (pulumi:autonaming): set metadata.name")
	} else if a != nil && a.ProposedName != "" {
		name = a.ProposedName
	} else {
		seed := req.RandomSeed
		if s.settings.RenderDir != "" {
			seed = []byte(req.URN) // files of a rendering keep their names from run to run
		}
		drawn, err := resource.NewUniqueName(seed, req.URN.Name()+"-", 8, 0, nil)
		if err != nil {
			return err
		}
		name = strings.ToLower(drawn)
	}
	metadata["name"] = resource.NewStringProperty(name)
	annotations, ok := childMap(metadata, "annotations")
	if ok && annotations != nil {
		annotations[autonamed] = resource.NewStringProperty("true")
		metadata["annotations"] = resource.NewObjectProperty(annotations)
	}
	return nil
}

func isAutonamed(metadata resource.PropertyMap) bool {
	annotations, _ := childMap(metadata, "annotations")
	mark := annotations[autonamed]
	return mark.IsString() && mark.StringValue() == "true"
}

// childMap is a copy of the map below key, empty when there is none, nil when it is not known yet. ok is
// false for what is no map at all.
func childMap(props resource.PropertyMap, key resource.PropertyKey) (child resource.PropertyMap, ok bool) {
	value := props[key]
	for value.IsSecret() {
		value = value.SecretValue().Element
	}
	switch {
	case value.IsNull():
		return resource.PropertyMap{}, true
	case value.IsObject():
		return value.ObjectValue().Copy(), true
	default:
		return nil, value.IsComputed() || value.IsOutput()
	}
}

// strict decodes built-in kinds and notes every field that the kind does not have.
var strict = serializer.NewSerializerWithOptions(serializer.DefaultMetaFactory, scheme.Scheme, scheme.Scheme,
	serializer.SerializerOptions{Strict: true})

var fieldPath = regexp.MustCompile(`field "([^"]+)"`)

// misfits are the fields of a built-in kind that are unknown or of a wrong type. Custom kinds are the
// cluster's to judge.
func misfits(inputs resource.PropertyMap, gvk schema.GroupVersionKind) []plugin.CheckFailure {
	if !scheme.Scheme.Recognizes(gvk) {
		return nil
	}
	content, err := json.Marshal(objectOf(inputs).Object)
	if err != nil {
		return []plugin.CheckFailure{{Reason: fmt.Sprintf("%s: %v", gvk.Kind, err)}}
	}
	_, _, err = strict.Decode(content, nil, nil)
	if err == nil {
		return nil
	}
	faults := []error{err}
	if several, ok := runtime.AsStrictDecodingError(err); ok {
		faults = several.Errors()
	}
	var failures []plugin.CheckFailure
	for _, fault := range faults {
		failure := plugin.CheckFailure{Reason: fmt.Sprintf("%s %s: %v", gvk.GroupVersion(), gvk.Kind, fault)}
		if match := fieldPath.FindStringSubmatch(fault.Error()); match != nil {
			failure.Property = resource.PropertyKey(match[1])
		}
		failures = append(failures, failure)
	}
	return failures
}
