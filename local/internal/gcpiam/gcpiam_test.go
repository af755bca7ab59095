package gcpiam

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

const (
	pool    = "iam.googleapis.com/projects/123456789/locations/global/workloadIdentityPools/demo.svc.id.goog"
	analyst = "principal://" + pool + "/subject/ns/ml/sa/analyst"
	other   = "principal://" + pool + "/subject/ns/other/sa/analyst"
	viewer  = "roles/storage.objectViewer"
)

// Objects of managed folders: https://cloud.google.com/storage/docs/managed-folders,
// https://cloud.google.com/storage/docs/access-control/iam-managed-folders
func TestAllows_managedFolder(t *testing.T) {
	folder := []Binding{{Bucket: "models", ManagedFolder: "reports/", Role: viewer, Member: analyst}}
	for name, tt := range map[string]struct {
		request Request
		want    bool
	}{
		"an object in the folder":           {Request{Permission: ObjectsGet, Object: "reports/2026.csv"}, true},
		"an object in a nested folder":      {Request{Permission: ObjectsGet, Object: "reports/2026/may.csv"}, true},
		"an object beside the folder":       {Request{Permission: ObjectsGet, Object: "plans/2026.csv"}, false},
		"a name that begins like it":        {Request{Permission: ObjectsGet, Object: "reports-old/2026.csv"}, false},
		"an object with the folder's name":  {Request{Permission: ObjectsGet, Object: "reports"}, false},
		"list the folder":                   {Request{Permission: ObjectsList, Prefix: "reports/"}, true},
		"list a part of the folder":         {Request{Permission: ObjectsList, Prefix: "reports/2026/"}, true},
		"list without a prefix":             {Request{Permission: ObjectsList}, false},
		"list with a shorter prefix":        {Request{Permission: ObjectsList, Prefix: "rep"}, false},
		"write into the folder":             {Request{Permission: ObjectsCreate, Object: "reports/new.csv"}, false},
		"delete in the folder":              {Request{Permission: ObjectsDelete, Object: "reports/2026.csv"}, false},
		"the same name in another bucket":   {Request{Permission: ObjectsGet, Bucket: "data", Object: "reports/2026.csv"}, false},
		"the same name of another identity": {Request{Permission: ObjectsGet, Principal: other, Object: "reports/2026.csv"}, false},
		"nobody":                            {Request{Permission: ObjectsGet, Principal: "-", Object: "reports/2026.csv"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, tt.want, Allows(folder, fill(tt.request)))
		})
	}
}

// fill adds what most rows share.
func fill(r Request) Request {
	if r.Bucket == "" {
		r.Bucket = "models"
	}
	switch r.Principal {
	case "":
		r.Principal = analyst
	case "-":
		r.Principal = ""
	}
	return r
}

// https://cloud.google.com/storage/docs/access-control/iam-roles
func TestAllows_roles(t *testing.T) {
	permissions := []string{ObjectsGet, ObjectsList, ObjectsCreate, ObjectsDelete, ObjectsUpdate}
	for role, granted := range map[string]string{
		"roles/storage.objectViewer":       "GL...",
		"roles/storage.objectCreator":      "..C..",
		"roles/storage.objectUser":         "GLCDU",
		"roles/storage.objectAdmin":        "GLCDU",
		"roles/storage.admin":              "GLCDU",
		"roles/storage.legacyObjectReader": "G....",
		"roles/storage.legacyObjectOwner":  "G...U",
		"roles/storage.legacyBucketReader": ".L...",
		"roles/storage.legacyBucketWriter": ".LCD.",
		"roles/storage.legacyBucketOwner":  ".LCD.",
		"roles/container.developer":        ".....",
		"roles/unknown":                    ".....",
	} {
		t.Run(role, func(t *testing.T) {
			for i, permission := range permissions {
				allowed := Allows([]Binding{{Bucket: "models", Role: role, Member: analyst}}, fill(Request{Permission: permission}))
				require.Equal(t, granted[i] != '.', allowed, permission)
			}
		})
	}
}

// https://cloud.google.com/iam/docs/principal-identifiers,
// https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity#principal-id-examples
func TestAllows_members(t *testing.T) {
	const account = "serviceAccount:nodes@demo.iam.gserviceaccount.com"
	for name, tt := range map[string]struct {
		member, principal string
		want              bool
	}{
		"the service account":                 {analyst, analyst, true},
		"of another namespace":                {analyst, other, false},
		"of another project's number":         {strings.Replace(analyst, "123456789", "1", 1), analyst, false},
		"a name that begins like it":          {analyst, analyst + "-2", false},
		"the namespace":                       {"principalSet://" + pool + "/namespace/ml", analyst, true},
		"the namespace, another one":          {"principalSet://" + pool + "/namespace/ml", other, false},
		"the pool":                            {"principalSet://" + pool + "/*", other, true},
		"another pool":                        {"principalSet://" + pool + "2/*", analyst, false},
		"a Google service account":            {account, account, true},
		"a Google service account in no pool": {"principalSet://" + pool + "/*", account, false},
		"public":                              {"allUsers", analyst, false},
		"public, anonymous":                   {"allUsers", "", false},
		"every account":                       {"allAuthenticatedUsers", analyst, false},
		"empty":                               {"", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, tt.want, Allows([]Binding{{Bucket: "models", Role: viewer, Member: tt.member}},
				Request{Principal: tt.principal, Permission: ObjectsGet, Bucket: "models", Object: "m"}))
		})
	}
}

// https://cloud.google.com/iam/docs/conditions-attribute-reference,
// https://cloud.google.com/iam/docs/conditions-resource-attributes,
// https://cloud.google.com/iam/docs/configuring-temporary-access
func TestAllows_conditions(t *testing.T) {
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	object := Request{Permission: ObjectsGet, Object: "reports/2026.csv", Time: now}
	list := Request{Permission: ObjectsList, Prefix: "reports/", Time: now}
	slow := "true"
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		slow = "[1, 2, 3, 4, 5, 6, 7, 8].all(" + name + ", " + slow + ")"
	}
	for name, tt := range map[string]struct {
		condition string
		request   Request
		want      bool
	}{
		"the object's name":           {`resource.name.startsWith("projects/_/buckets/models/objects/reports/")`, object, true},
		"another object's name":       {`resource.name.startsWith("projects/_/buckets/models/objects/plans/")`, object, false},
		"a name without projects/_":   {`resource.name.startsWith("buckets/models/objects/reports/")`, object, false},
		"the object's type":           {`resource.type == "storage.googleapis.com/Object"`, object, true},
		"the bucket's type, listed":   {`resource.type == "storage.googleapis.com/Bucket"`, list, true},
		"the object's type, listed":   {`resource.type == "storage.googleapis.com/Object"`, list, false},
		"the service":                 {`resource.service == "storage.googleapis.com"`, object, true},
		"not expired":                 {`request.time < timestamp("2027-01-01T00:00:00Z")`, object, true},
		"expired":                     {`request.time < timestamp("2026-01-01T00:00:00Z")`, object, false},
		"hours":                       {`request.time.getHours("Europe/Berlin") == 13`, object, true},
		"the listed prefix":           {`api.getAttribute("storage.googleapis.com/objectListPrefix", "").startsWith("reports/")`, list, true},
		"the prefix, not a list":      {`api.getAttribute("storage.googleapis.com/objectListPrefix", "").startsWith("reports/")`, object, false},
		"both":                        {`resource.type == "storage.googleapis.com/Object" && resource.name.endsWith(".csv")`, object, true},
		"an unknown attribute":        {`resource.nam.startsWith("projects")`, object, false},
		"an unknown variable":         {`principal.name == "x"`, object, false},
		"not a condition":             {`"yes"`, object, false},
		"not an expression":           {`resource.name.startsWith(`, object, false},
		"true":                        {`true`, object, true},
		"a condition that takes long": {slow, object, false},
	} {
		t.Run(name, func(t *testing.T) {
			binding := Binding{Bucket: "models", Role: viewer, Member: analyst, Condition: tt.condition}
			require.Equal(t, tt.want, Allows([]Binding{binding}, fill(tt.request)))
		})
	}
	t.Run("a managed folder", func(t *testing.T) {
		require.True(t, Allows([]Binding{{
			Bucket: "models", ManagedFolder: "reports/", Role: viewer, Member: analyst,
			Condition: `resource.name == "projects/_/buckets/models/managedFolders/reports"`,
		}}, fill(list)))
	})
}

// A binding on the project applies to all of its buckets. https://cloud.google.com/storage/docs/access-control/iam
func TestAllows_project(t *testing.T) {
	project := []Binding{{Role: viewer, Member: analyst}}
	require.True(t, Allows(project, fill(Request{Permission: ObjectsGet, Object: "m"})))
	require.True(t, Allows(project, fill(Request{Permission: ObjectsList, Bucket: "data"})))
	require.False(t, Allows(project, fill(Request{Permission: ObjectsDelete, Object: "m"})))
}

func genBinding() *rapid.Generator[Binding] {
	return rapid.Custom(func(t *rapid.T) Binding {
		return Binding{
			Bucket:        rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "bucket"),
			ManagedFolder: rapid.SampledFrom([]string{"", "x/", "x/y/", "z/"}).Draw(t, "folder"),
			Role:          rapid.SampledFrom([]string{viewer, "roles/storage.objectAdmin", "?"}).Draw(t, "role"),
			Member:        rapid.SampledFrom([]string{analyst, other, "principalSet://" + pool + "/*"}).Draw(t, "member"),
			Condition: rapid.SampledFrom([]string{
				"", `resource.name.startsWith("projects/_/buckets/a/objects/x/")`, `request.time < timestamp("2000-01-01T00:00:00Z")`, "?",
			}).Draw(t, "condition"),
		}
	})
}

func genRequest() *rapid.Generator[Request] {
	return rapid.Custom(func(t *rapid.T) Request {
		return Request{
			Principal:  rapid.SampledFrom([]string{analyst, other, "", "serviceAccount:x@y"}).Draw(t, "principal"),
			Permission: rapid.SampledFrom([]string{ObjectsGet, ObjectsList, ObjectsCreate, ObjectsDelete, "other"}).Draw(t, "permission"),
			Bucket:     rapid.SampledFrom([]string{"a", "b"}).Draw(t, "bucket"),
			Object:     rapid.SampledFrom([]string{"", "x/m", "x/y/m", "z", "x"}).Draw(t, "object"),
			Time:       time.Unix(rapid.Int64Range(0, 2e9).Draw(t, "time"), 0),
		}
	})
}

func TestAllows_properties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bindings := rapid.SliceOfN(genBinding(), 1, 6).Draw(t, "bindings")
		request := genRequest().Draw(t, "request")
		removed := rapid.IntRange(0, len(bindings)-1).Draw(t, "removed")
		fewer := append(append([]Binding{}, bindings[:removed]...), bindings[removed+1:]...)
		if Allows(fewer, request) && !Allows(bindings, request) {
			t.Fatalf("without %+v more is allowed", bindings[removed])
		}
		narrower := append(append([]Binding{}, fewer...), bindings[removed])
		narrower[len(narrower)-1].ManagedFolder += "deeper/"
		narrower[len(narrower)-1].Bucket = "a"
		if bindings[removed].Bucket == "a" && Allows(narrower, request) && !Allows(bindings, request) {
			t.Fatalf("a deeper folder than in %+v allows more", bindings[removed])
		}
		if Allows(nil, request) || request.Principal == "" && Allows(bindings, request) {
			t.Fatal("without a grant or a principal something is allowed")
		}
	})
}

// FuzzAllows checks that no input panics, that nothing is granted outside the binding's resource and member, and that a
// condition grants nothing that the binding without it does not.
func FuzzAllows(f *testing.F) {
	f.Add(analyst, analyst, viewer, "models", "reports/", "reports/m", "", "true")
	f.Add("principalSet://"+pool+"/namespace/ml", analyst, viewer, "models", "", "m", "", `resource.name == "x"`)
	f.Add("principalSet:///*", "principal:///subject/", viewer, "", "", "", "p", `api.getAttribute("", "") == ""`)
	f.Fuzz(func(t *testing.T, member, principal, role, bucket, folder, object, prefix, condition string) {
		binding := Binding{Bucket: bucket, ManagedFolder: folder, Role: role, Member: member, Condition: condition}
		request := Request{Principal: principal, Permission: ObjectsGet, Bucket: "models", Object: object, Prefix: prefix}
		if !Allows([]Binding{binding}, request) {
			return
		}
		binding.Condition = ""
		require.True(t, Allows([]Binding{binding}, request), "a condition widens the binding")
		require.NotEmpty(t, principal)
		require.Contains(t, []string{"", "models"}, bucket)
		require.True(t, HasPermission(role, ObjectsGet))
	})
}

func ExampleAllows() {
	bindings := []Binding{
		{
			Bucket:        "models",
			ManagedFolder: NewFolder("bankchurn"),
			Role:          "roles/storage.objectViewer",
			Member:        "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/demo.svc.id.goog/subject/ns/ml/sa/bankchurn",
		},
	}
	request := Request{Principal: bindings[0].Member, Permission: ObjectsGet, Bucket: "models", Object: "bankchurn/model.joblib"}
	fmt.Println(Allows(bindings, request))
	request.Object = "nlpinsight/model.joblib"
	fmt.Println(Allows(bindings, request))
	// Output:
	// true
	// false
}
