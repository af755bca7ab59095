package config

import "k8s.io/apimachinery/pkg/util/validation/field"

// NodeScaling is the minimum and maximum size of a node pool, over all zones.
type NodeScaling struct {
	// Minimum number of nodes, at least 1.
	Min int `json:"min" default:"1"`
	// Maximum number of nodes.
	Max int `json:"max" default:"5"`
}

// SystemNodePool is the node pool for everything but the services.
type SystemNodePool struct {
	// Machine type. Default: the machine type of the services' nodes.
	MachineType string `json:"machineType"`
	// Minimum number of nodes, at least 1.
	Min int `json:"min" default:"1"`
	// Maximum number of nodes.
	Max int `json:"max" default:"3"`
}

func (n NodeScaling) validate(fldPath *field.Path) field.ErrorList {
	return validateMinMax(fldPath, n.Min, n.Max, 1)
}

func (p SystemNodePool) validate(fldPath *field.Path, machineType nameFormat) field.ErrorList {
	errs := machineType.validate(fldPath.Child("machineType"), p.MachineType)
	return append(errs, validateMinMax(fldPath, p.Min, p.Max, 1)...)
}
