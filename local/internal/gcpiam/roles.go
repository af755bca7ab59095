package gcpiam

import "slices"

// The permissions that requests for objects need.
const (
	ObjectsGet    = "storage.objects.get"
	ObjectsList   = "storage.objects.list"
	ObjectsCreate = "storage.objects.create"
	ObjectsDelete = "storage.objects.delete"
	ObjectsUpdate = "storage.objects.update"
)

// rolePermissions are the predefined roles for objects, with the permissions that this package knows.
// https://cloud.google.com/storage/docs/access-control/iam-roles
var rolePermissions = map[string][]string{
	"roles/storage.objectViewer":       {ObjectsGet, ObjectsList},
	"roles/storage.objectCreator":      {ObjectsCreate},
	"roles/storage.objectUser":         {ObjectsGet, ObjectsList, ObjectsCreate, ObjectsDelete, ObjectsUpdate},
	"roles/storage.objectAdmin":        {ObjectsGet, ObjectsList, ObjectsCreate, ObjectsDelete, ObjectsUpdate},
	"roles/storage.admin":              {ObjectsGet, ObjectsList, ObjectsCreate, ObjectsDelete, ObjectsUpdate},
	"roles/storage.legacyObjectReader": {ObjectsGet},
	"roles/storage.legacyObjectOwner":  {ObjectsGet, ObjectsUpdate},
	"roles/storage.legacyBucketReader": {ObjectsList},
	"roles/storage.legacyBucketWriter": {ObjectsList, ObjectsCreate, ObjectsDelete},
	"roles/storage.legacyBucketOwner":  {ObjectsList, ObjectsCreate, ObjectsDelete},
}

// HasPermission reports whether a role contains a permission. An unknown role contains none.
func HasPermission(role, permission string) bool {
	return slices.Contains(rolePermissions[role], permission)
}
