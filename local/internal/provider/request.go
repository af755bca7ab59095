package provider

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Request is one operation on one resource, or one invoke, as a Value or a hook sees it.
type Request struct {
	Type       string
	URN        resource.URN
	ID         string
	Inputs     resource.PropertyMap
	OldOutputs resource.PropertyMap // outputs before an update
	Config     resource.PropertyMap // the provider's own settings
	Cloud      *Cloud               // nil when offline

	schema      Schema // of the outputs
	outputFuncs map[string]OutputFunc
	computed    resource.PropertyMap
	computing   map[string]bool
	readUnknown bool
	err         error
}

// Errorf records why a Value cannot be computed; the first one fails the operation.
func (r *Request) Errorf(format string, args ...any) any {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
	return nil
}

// Get is a property by its dotted path, from the inputs or else from the computed outputs, as plain Go data;
// nil when there is none, or when it is not known yet.
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

// GetString is Get as text; numbers are written as they are in a URL.
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

// GetStrings is Get as a list of strings; what is no string is left out.
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

// GetBool is Get as a boolean, false when there is none.
func (r *Request) GetBool(path string) bool {
	b, _ := r.Get(path).(bool)
	return b
}

// GetMap is Get as an object, nil when there is none.
func (r *Request) GetMap(path string) map[string]any {
	m, _ := r.Get(path).(map[string]any)
	return m
}

// ConfigString is one of the provider's own settings (gcp:project, aws:region) by its path, as text.
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

// Hash is n hex digits that stay the same for a resource and differ between a resource and its replacement:
// they come from the URN and the inputs at its creation, later from its id.
func (r *Request) Hash(n int) string {
	seed := r.ID
	if seed == "" {
		if resource.NewObjectProperty(r.Inputs).ContainsUnknowns() {
			r.readUnknown = true
			return ""
		}
		inputs, _ := json.Marshal(ToPlain(r.Inputs)) // plain data always marshals, with sorted keys
		seed = string(r.URN) + string(inputs)
	}
	sum := sha256.Sum256([]byte(seed))
	return hex.EncodeToString(sum[:])[:n]
}

// ConfigMap is one of the provider's own settings as an object, nil when it is not set.
func (r *Request) ConfigMap(path string) map[string]any {
	v, _ := toPlainValue(lookupPath(r.Config, path))
	m, _ := v.(map[string]any)
	return m
}
