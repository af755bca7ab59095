package config

import (
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Endpoints replace the cloud's public endpoints in the pods.
type Endpoints struct {
	// URL of the object store: a private endpoint or an emulator.
	Storage string `json:"storage"`
	// Whether endpoints.storage is read without credentials, as an emulator is. With false, the pods' tokens are sent to
	// it, also over plain HTTP. Default: true for http URLs, false for https URLs.
	Anonymous *bool `json:"anonymous" clouds:"gke"`
	// URL of the AWS Security Token Service (STS), which exchanges a pod's token for credentials.
	Identity string `json:"identity" clouds:"eks"`
}

func (e Endpoints) validate(fldPath *field.Path) field.ErrorList {
	errs := validateURL(fldPath.Child("storage"), e.Storage)
	return append(errs, validateURL(fldPath.Child("identity"), e.Identity)...)
}

// ReadsAnonymously reports whether the object store is read without credentials. A token is only sent over plain HTTP
// if the config says so.
func (e Endpoints) ReadsAnonymously() bool {
	if e.Anonymous != nil {
		return *e.Anonymous
	}
	return strings.HasPrefix(e.Storage, "http://")
}
