package config

// NewStack is what the file of a new stack has to say on a cloud.
type NewStack struct {
	// HasProject means that the resources are in a project with an ID. Otherwise they are in an account with a number.
	HasProject bool
	// HasAdmins means that the administrators of a new cluster are named.
	HasAdmins bool
	// MachineType of the nodes of a new cluster, to begin with.
	MachineType string
	// imageRegistry returns the address of the registry.
	imageRegistry func(account, region string) string
}

// NewStack returns what the file of a new stack has to say on the cloud, the zero value for an unknown cloud.
func (c Cloud) NewStack() NewStack { return platforms[c].newStack }

// ImageRegistry returns the address of the registry that a stack creates by default, to which the name of an image is
// added. account is the ID of the project or the number of the account.
func (n NewStack) ImageRegistry(account, region string) string {
	if n.imageRegistry == nil {
		return ""
	}
	return n.imageRegistry(account, region) + "/modelferry" // the default of registry.name
}
