package stacktest

import (
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// recorder implements pulumi.MockResourceMonitor. It records each registration and returns the outputs that a cloud
// would compute.
type recorder struct {
	stack   string
	preview bool

	mu            sync.Mutex // the program registers resources concurrently
	registrations []Registration
}

// NewResource records a registration. It reads the inputs from the request, because the mock's copy of them lacks
// the unknown ones.
func (r *recorder) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	request := args.RegisterRPC
	inputs, err := plugin.UnmarshalProperties(request.GetObject(), plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true})
	if err != nil {
		return "", nil, err
	}
	jsonInputs, _ := jsonValue(resource.NewObjectProperty(inputs)).(map[string]any)
	timeouts := request.GetCustomTimeouts()
	r.mu.Lock()
	r.registrations = append(r.registrations, Registration{
		Type: args.TypeToken, Name: args.Name, Custom: args.Custom,
		URN: r.urn(request.GetParent(), args.TypeToken, args.Name), Parent: request.GetParent(),
		Provider: request.GetProvider(), Dependencies: request.GetDependencies(),
		RetainOnDelete: request.GetRetainOnDelete(), Protect: request.GetProtect(),
		IgnoreChanges: request.GetIgnoreChanges(), CreateTimeout: timeouts.GetCreate(), UpdateTimeout: timeouts.GetUpdate(),
		Aliases: aliasURNs(request.GetAliases()), Inputs: jsonInputs,
	})
	r.mu.Unlock()
	known := withGeneratedName(args.Name, args.Inputs)
	if !args.Custom {
		return "", known, nil
	}
	if r.preview {
		return "", previewOutputs(args.TypeToken, known), nil
	}
	return args.Name + "-id", computedOutputs(args.TypeToken, args.Name, known), nil
}

// aliasURNs returns the aliases that are complete URNs. Those that the SDKs generate for former types are not.
func aliasURNs(aliases []*pulumirpc.Alias) []string {
	var urns []string
	for _, alias := range aliases {
		if urn := alias.GetUrn(); urn != "" {
			urns = append(urns, urn)
		}
	}
	return urns
}

// Call returns the result of a provider's function, which is known in a preview too.
func (r *recorder) Call(args pulumi.MockCallArgs) (resource.PropertyMap, error) {
	return invokeResult(args.Token, args.Args), nil
}

// urn returns the URN that the mock engine assigns to a resource.
func (r *recorder) urn(parent, typ, name string) string {
	var parentType tokens.Type
	if urn := resource.URN(parent); urn != "" && urn.QualifiedType() != resource.RootStackType {
		parentType = urn.QualifiedType()
	}
	return string(resource.NewURN(tokens.QName(r.stack), Project, parentType, tokens.Type(typ), name))
}

// Unknown replaces a value that is not known in a preview.
const Unknown = "(unknown)"

// jsonValue converts a property value to the types of encoding/json.
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
