package kubernetes

import (
	"encoding/json"
	"fmt"
	"regexp"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	serializer "k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/client-go/kubernetes/scheme"
)

// strictDecoder decodes built-in kinds and returns an error for each field that the kind does not have.
var strictDecoder = serializer.NewSerializerWithOptions(serializer.DefaultMetaFactory, scheme.Scheme, scheme.Scheme,
	serializer.SerializerOptions{Strict: true})

var fieldPathPattern = regexp.MustCompile(`field "([^"]+)"`)

// validateFields returns a failure for each field of a built-in kind that is unknown or has the wrong type. Custom
// resources are validated by the cluster alone.
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
