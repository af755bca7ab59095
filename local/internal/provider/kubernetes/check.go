package kubernetes

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Check sets the apiVersion, kind, name and namespace that the program leaves out, and returns a failure for each
// field that the kind does not have.
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

// setTypeMeta sets apiVersion and kind. It is a failure if the program sets others.
func setTypeMeta(inputs resource.PropertyMap, gvk schema.GroupVersionKind) []plugin.CheckFailure {
	var failures []plugin.CheckFailure
	for key, want := range map[resource.PropertyKey]string{
		"apiVersion": gvk.GroupVersion().String(), "kind": gvk.Kind,
	} {
		if given := inputs[key]; given.IsString() && given.StringValue() != want {
			failures = append(failures, plugin.CheckFailure{
				Property: key, Reason: fmt.Sprintf("invalid %s %q: must be %q, as in the resource type", key, given.StringValue(), want),
			})
		}
		inputs[key] = resource.NewStringProperty(want)
	}
	return failures
}
