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

// autonamedAnnotation marks an object whose name was drawn here; Pulumi's own provider uses the same mark.
const autonamedAnnotation = "pulumi.com/autonamed"

// Check completes an object (apiVersion, kind, name, namespace) and refuses what its kind has no place for.
func (s *server) Check(_ context.Context, req plugin.CheckRequest) (plugin.CheckResponse, error) {
	gvk, err := parseTypeToken(req.Type)
	if err != nil {
		return plugin.CheckResponse{}, err
	}
	inputs := req.News.Copy()
	failures := setTypeMeta(inputs, gvk)
	metadata, ok := nestedMap(inputs, "metadata")
	if !ok {
		return plugin.CheckResponse{Properties: inputs, Failures: append(failures, plugin.CheckFailure{
			Property: "metadata", Reason: fmt.Sprintf("%s: metadata must be an object", req.Type),
		})}, nil
	}
	if metadata != nil {
		if err := s.setName(metadata, req); err != nil {
			failures = append(failures, plugin.CheckFailure{
				Property: "metadata.name", Reason: fmt.Sprintf("%s: %v", req.Type, err),
			})
		}
		if _, given := metadata["namespace"]; !given && s.isNamespaced(gvk) && !s.config.hasUnknowns {
			namespace := s.config.Namespace
			if namespace == "" {
				namespace = "default"
			}
			metadata["namespace"] = resource.NewStringProperty(namespace)
		}
		inputs["metadata"] = resource.NewObjectProperty(metadata)
	}
	return plugin.CheckResponse{Properties: inputs, Failures: append(failures, validateFields(inputs, gvk)...)}, nil
}

// setTypeMeta fills in apiVersion and kind, which a program may repeat but not contradict.
func setTypeMeta(inputs resource.PropertyMap, gvk schema.GroupVersionKind) []plugin.CheckFailure {
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

// setName gives the object its name: the program's, the one of before if that was drawn, or a new one.
func (s *server) setName(metadata resource.PropertyMap, req plugin.CheckRequest) error {
	if name := metadata["name"]; !name.IsNull() || metadata["generateName"].HasValue() {
		return nil
	}
	var name string
	if old, ok := nestedMap(req.Olds, "metadata"); ok && isAutonamed(old) && old["name"].IsString() {
		name = old["name"].StringValue()
	} else if a := req.Autonaming; a != nil && a.Mode == plugin.AutonamingModeDisabled {
		return fmt.Errorf("autonaming is off (pulumi:autonaming): set metadata.name")
	} else if a != nil && a.ProposedName != "" {
		name = a.ProposedName
	} else {
		seed := req.RandomSeed
		if s.config.RenderDir != "" {
			seed = []byte(req.URN) // files of a rendering keep their names from run to run
		}
		uniqueName, err := resource.NewUniqueName(seed, req.URN.Name()+"-", 8, 0, nil)
		if err != nil {
			return err
		}
		name = strings.ToLower(uniqueName)
	}
	metadata["name"] = resource.NewStringProperty(name)
	annotations, ok := nestedMap(metadata, "annotations")
	if ok && annotations != nil {
		annotations[autonamedAnnotation] = resource.NewStringProperty("true")
		metadata["annotations"] = resource.NewObjectProperty(annotations)
	}
	return nil
}

func isAutonamed(metadata resource.PropertyMap) bool {
	annotations, _ := nestedMap(metadata, "annotations")
	autonamed := annotations[autonamedAnnotation]
	return autonamed.IsString() && autonamed.StringValue() == "true"
}

// nestedMap is a copy of the map below key, empty when there is none, nil when it is not known yet. ok is
// false for what is no map at all.
func nestedMap(props resource.PropertyMap, key resource.PropertyKey) (nested resource.PropertyMap, ok bool) {
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

// strictDecoder decodes built-in kinds and notes every field that the kind does not have.
var strictDecoder = serializer.NewSerializerWithOptions(serializer.DefaultMetaFactory, scheme.Scheme, scheme.Scheme,
	serializer.SerializerOptions{Strict: true})

var fieldPathPattern = regexp.MustCompile(`field "([^"]+)"`)

// validateFields are the fields of a built-in kind that are unknown or of a wrong type. Custom kinds are the
// cluster's to judge.
func validateFields(inputs resource.PropertyMap, gvk schema.GroupVersionKind) []plugin.CheckFailure {
	if !scheme.Scheme.Recognizes(gvk) {
		return nil
	}
	content, err := json.Marshal(toUnstructured(inputs).Object)
	if err != nil {
		return []plugin.CheckFailure{{Reason: fmt.Sprintf("%s: %v", gvk.Kind, err)}}
	}
	_, _, err = strictDecoder.Decode(content, nil, nil)
	if err == nil {
		return nil
	}
	errs := []error{err}
	if strictErr, ok := runtime.AsStrictDecodingError(err); ok {
		errs = strictErr.Errors()
	}
	var failures []plugin.CheckFailure
	for _, err := range errs {
		failure := plugin.CheckFailure{Reason: fmt.Sprintf("%s %s: %v", gvk.GroupVersion(), gvk.Kind, err)}
		if match := fieldPathPattern.FindStringSubmatch(err.Error()); match != nil {
			failure.Property = resource.PropertyKey(match[1])
		}
		failures = append(failures, failure)
	}
	return failures
}
