package stacktest

import (
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// recorder stands in the engine's place: it writes down each registration and
// answers with what a cloud would compute.
type recorder struct {
	stack   string
	preview bool

	mu            sync.Mutex // resources are registered side by side
	registrations []Registration
}

// NewResource records a registration. The request itself is read, not the
// mock's copy of it: that leaves out what is unknown.
func (r *recorder) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	request := args.RegisterRPC
	inputs, err := plugin.UnmarshalProperties(request.GetObject(), plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true})
	if err != nil {
		return "", nil, err
	}
	plainInputs, _ := jsonValue(resource.NewObjectProperty(inputs)).(map[string]any)
	timeouts := request.GetCustomTimeouts()
	r.mu.Lock()
	r.registrations = append(r.registrations, Registration{
		Type: args.TypeToken, Name: args.Name, Custom: args.Custom,
		URN: r.urn(request.GetParent(), args.TypeToken, args.Name), Parent: request.GetParent(),
		Provider: request.GetProvider(), Dependencies: request.GetDependencies(),
		RetainOnDelete: request.GetRetainOnDelete(), Protect: request.GetProtect(),
		IgnoreChanges: request.GetIgnoreChanges(), CreateTimeout: timeouts.GetCreate(), UpdateTimeout: timeouts.GetUpdate(),
		Inputs: plainInputs,
	})
	r.mu.Unlock()
	known := withGeneratedName(args.Name, args.Inputs)
	if !args.Custom || r.preview {
		return "", known, nil
	}
	return args.Name + "-id", computedOutputs(args.TypeToken, args.Name, known), nil
}

// Call answers a function of a provider. It is asked in a preview too.
func (r *recorder) Call(args pulumi.MockCallArgs) (resource.PropertyMap, error) {
	return invokeResult(args.Token, args.Args), nil
}

// urn is the name that the mock engine gives a resource.
func (r *recorder) urn(parent, typ, name string) string {
	var parentType tokens.Type
	if urn := resource.URN(parent); urn != "" && urn.QualifiedType() != resource.RootStackType {
		parentType = urn.QualifiedType()
	}
	return string(resource.NewURN(tokens.QName(r.stack), Project, parentType, tokens.Type(typ), name))
}

// Unknown stands for a value that a preview does not know yet.
const Unknown = "(unknown)"

// jsonValue turns a property into the values that JSON would hold.
func jsonValue(v resource.PropertyValue) any {
	switch {
	case v.IsComputed(), v.IsOutput() && !v.OutputValue().Known:
		return Unknown
	case v.IsOutput():
		return jsonValue(v.OutputValue().Element)
	case v.IsSecret():
		return jsonValue(v.SecretValue().Element)
	case v.IsArray():
		list := []any{}
		for _, element := range v.ArrayValue() {
			list = append(list, jsonValue(element))
		}
		return list
	case v.IsObject():
		object := map[string]any{}
		for key, element := range v.ObjectValue() {
			object[string(key)] = jsonValue(element)
		}
		return object
	}
	return v.Mappable()
}
