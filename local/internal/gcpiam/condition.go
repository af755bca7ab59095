package gcpiam

import (
	"strings"
	"sync"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// maxConditionCost stops an expression that takes long. IAM limits conditions, too.
const maxConditionCost = 10_000

// conditionHolds evaluates the condition. As in IAM, one that cannot be evaluated grants nothing.
func (b Binding) conditionHolds(r Request) bool {
	if b.Condition == "" {
		return true
	}
	env, err := conditionEnv()
	if err != nil {
		return false
	}
	ast, issues := env.Compile(b.Condition)
	if issues.Err() != nil {
		return false
	}
	program, err := env.Program(ast, cel.CostLimit(maxConditionCost))
	if err != nil {
		return false
	}
	name, typ := b.resource(r)
	result, _, err := program.Eval(map[string]any{
		"resource": map[string]string{"name": name, "type": typ, "service": "storage.googleapis.com"},
		"request":  map[string]any{"time": r.Time},
		"api":      map[string]string{"storage.googleapis.com/objectListPrefix": r.Prefix},
	})
	return err == nil && result == types.True
}

// resource returns the name and the type of the resource that a request is for.
// https://cloud.google.com/iam/docs/conditions-resource-attributes
func (b Binding) resource(r Request) (name, typ string) {
	name = "projects/_/buckets/" + r.Bucket
	switch {
	case r.Object != "":
		return name + "/objects/" + r.Object, "storage.googleapis.com/Object"
	case b.ManagedFolder != "":
		return name + "/managedFolders/" + strings.TrimSuffix(b.ManagedFolder, "/"), "storage.googleapis.com/ManagedFolder"
	default:
		return name, "storage.googleapis.com/Bucket"
	}
}

// conditionEnv declares the attributes of conditions.
// https://cloud.google.com/iam/docs/conditions-attribute-reference
var conditionEnv = sync.OnceValues(func() (*cel.Env, error) {
	attributes := cel.MapType(cel.StringType, cel.StringType)
	return cel.NewEnv(
		cel.Variable("resource", attributes),
		cel.Variable("request", cel.MapType(cel.StringType, cel.TimestampType)),
		cel.Variable("api", attributes),
		cel.Function("getAttribute", cel.MemberOverload(
			"api_getAttribute", []*cel.Type{attributes, cel.StringType, cel.StringType}, cel.StringType,
			cel.FunctionBinding(func(args ...ref.Val) ref.Val {
				if value, ok := args[0].Value().(map[string]string)[string(args[1].(types.String))]; ok && value != "" {
					return types.String(value)
				}
				return args[2]
			}),
		)),
	)
})
