package kubernetes

import "github.com/pulumi/pulumi/sdk/v3/go/common/resource"

// Outputs in which pulumi-kubernetes saves what its next diff and update need. It replaces an object without
// inputsOutput, because all of its fields seem to be new. Without fieldManagerOutput its update conflicts with ours:
// https://github.com/pulumi/pulumi-kubernetes/blob/v4.25.0/provider/pkg/provider/provider.go (checkpointObject, Diff)
const (
	inputsOutput            = "__inputs"
	initialAPIVersionOutput = "__initialApiVersion"
	fieldManagerOutput      = "__fieldManager"
)

// setCheckpoint adds to the outputs of an object what pulumi-kubernetes needs if it continues with the stack. inputs
// are the object's new inputs, old its outputs in the state, nil for a new object.
func setCheckpoint(outputs, inputs, old resource.PropertyMap) {
	outputs[inputsOutput] = resource.NewObjectProperty(inputs.Copy())
	outputs[initialAPIVersionOutput] = inputs["apiVersion"]
	if version := old[initialAPIVersionOutput]; version.IsString() {
		outputs[initialAPIVersionOutput] = version
	}
	outputs[fieldManagerOutput] = resource.NewStringProperty(fieldManager(old))
}

// defaultFieldManager owns the fields that this provider sets. It must never change: fields that a program no longer
// sets would stay.
const defaultFieldManager = "pulumi-kubernetes-modelferry"

// fieldManager returns the field manager of an object with these outputs. pulumi-kubernetes has one for each object.
func fieldManager(outputs resource.PropertyMap) string {
	if manager := outputs[fieldManagerOutput]; manager.IsString() && manager.StringValue() != "" {
		return manager.StringValue()
	}
	return defaultFieldManager
}
