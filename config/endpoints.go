package config

import "k8s.io/apimachinery/pkg/util/validation/field"

// Endpoints replace the cloud's public endpoints in the pods.
type Endpoints struct {
	// URL of the object store: a private endpoint or an emulator.
	Storage string `json:"storage"`
	// URL of the AWS Security Token Service (STS), which exchanges a pod's token for credentials.
	Identity string `json:"identity" clouds:"eks"`
}

func (e Endpoints) validate(fldPath *field.Path) field.ErrorList {
	errs := validateURL(fldPath.Child("storage"), e.Storage)
	return append(errs, validateURL(fldPath.Child("identity"), e.Identity)...)
}
