package provider

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
)

// Request is an operation on a resource, or an invoke, as output functions and hooks see it.
type Request struct {
	Type       string
	URN        resource.URN
	ID         string
	Inputs     resource.PropertyMap
	OldOutputs resource.PropertyMap // outputs before an update
	// IgnoreChanges are the property paths of the resource option in an update.
	IgnoreChanges []string
	Config        resource.PropertyMap // the provider's configuration
	Cloud         *Cloud               // nil when offline

	schema      Schema // of the outputs
	outputFuncs map[string]OutputFunc
	computed    resource.PropertyMap
	computing   map[string]bool
	readUnknown bool
	err         error
}

// Errorf records why an output cannot be computed. The first error fails the operation. The result is always nil, as
// the output's value.
func (r *Request) Errorf(format string, args ...any) any {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
	return nil
}

// Get returns the property at a dotted path, from the inputs or else from the computed outputs, as a plain Go value.
// It is nil if the property is not set or unknown.
func (r *Request) Get(path string) any {
	if path == "id" {
		return r.ID
	}
	value := lookupPath(r.Inputs, path)
	if value.IsNull() {
		head, _, _ := strings.Cut(path, ".")
		if _, given := r.Inputs[resource.PropertyKey(head)]; !given {
			value = lookupPath(resource.PropertyMap{resource.PropertyKey(head): r.computeOutput(head)}, path)
		}
	}
	if value.ContainsUnknowns() {
		r.readUnknown = true
		return nil
	}
	v, _ := toPlainValue(value)
	return v
}

// RemovesServerSet reports whether an update would remove the property at a dotted path that the cloud has set.
func (r *Request) RemovesServerSet(path string) bool {
	return removesServerSet(path, r.OldOutputs, r.Inputs, r.IgnoreChanges)
}

// GetString returns the property at path as a string, or "" if Get returns nil.
func (r *Request) GetString(path string) string {
	switch v := r.Get(path).(type) {
	case nil:
		return ""
	case string:
		return v
	default:
		return fmt.Sprint(v)
	}
}

// GetStrings returns the strings in the list at path.
func (r *Request) GetStrings(path string) []string {
	elements, _ := r.Get(path).([]any)
	var list []string
	for _, element := range elements {
		if s, ok := element.(string); ok {
			list = append(list, s)
		}
	}
	return list
}

// GetBool returns the boolean at path, or false if there is none.
func (r *Request) GetBool(path string) bool {
	b, _ := r.Get(path).(bool)
	return b
}

// GetMap returns the object at path, or nil if there is none.
func (r *Request) GetMap(path string) map[string]any {
	m, _ := r.Get(path).(map[string]any)
	return m
}

// ConfigString returns a value of the provider's configuration (gcp:project, aws:region) by its path, as a string.
func (r *Request) ConfigString(path string) string {
	value := lookupPath(r.Config, path)
	if value.IsComputed() {
		r.readUnknown = true
		return ""
	}
	if v, ok := toPlainValue(value); ok {
		return fmt.Sprint(v)
	}
	return ""
}

// Hash returns n hex digits that stay the same during a resource's life and differ from its replacement's. They are
// derived from the URN and the inputs when it is created, and later from its ID.
func (r *Request) Hash(n int) string {
	seed := r.ID
	if seed == "" {
		if resource.NewObjectProperty(r.Inputs).ContainsUnknowns() {
			r.readUnknown = true
			return ""
		}
		inputs, _ := json.Marshal(ToPlain(r.Inputs)) // plain values always marshal, with sorted keys
		seed = string(r.URN) + string(inputs)
	}
	sum := sha256.Sum256([]byte(seed))
	return hex.EncodeToString(sum[:])[:n]
}

// ConfigObject returns an object of the provider's configuration by its path, or nil if it is not set.
func (r *Request) ConfigObject(path string) map[string]any {
	v, _ := toPlainValue(lookupPath(r.Config, path))
	m, _ := v.(map[string]any)
	return m
}

// Records returns the cloud's resources of a type.
func (r *Request) Records(typ string) []cloudstate.Resource {
	cloud, err := cloudstate.Load(r.Cloud.Dir)
	if err != nil {
		r.Errorf("%w", err)
		return nil
	}
	return cloud.OfType(typ)
}
