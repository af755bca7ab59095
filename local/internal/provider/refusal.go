package provider

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
)

// Refusal returns the cloud's error if it refuses a request, otherwise nil. cloud has the resources that exist.
type Refusal func(r *Request, cloud *cloudstate.Cloud) error

// Refusals are the rules by which a cloud refuses to create or to delete resources of a type. They apply in a local
// cloud only: a preview does not know them, as with the real cloud.
type Refusals struct{ Create, Delete []Refusal }

// RefuseIf refuses with the message if the condition holds.
func RefuseIf(condition func(*Request, *cloudstate.Cloud) bool, message OutputFunc) Refusal {
	return func(r *Request, cloud *cloudstate.Cloud) error {
		if !condition(r, cloud) {
			return nil
		}
		return errors.New(fmt.Sprint(message(r)))
	}
}

// Taken refuses to create a resource that exists: one with the same ID, or if there are keys, with the same values of
// all keys, which are names of outputs.
func Taken(message OutputFunc, keys ...string) Refusal {
	return RefuseIf(func(r *Request, cloud *cloudstate.Cloud) bool {
		if len(keys) == 0 {
			return cloud.Find(r.Type, r.ID) != nil
		}
		return slices.ContainsFunc(cloud.OfType(r.Type), func(other cloudstate.Resource) bool {
			return !slices.ContainsFunc(keys, func(key string) bool { return r.Get(key) != other.Outputs[key] })
		})
	}, message)
}

// InUse refuses to delete a resource while another one refers to it by its ID or self link. Each user is a type and
// the path of the input that refers: "aws:ec2/subnet:Subnet vpcId". The placeholder {user} of the message is the other
// one's ID.
func InUse(message OutputFunc, users ...string) Refusal {
	return RefuseIf(func(r *Request, cloud *cloudstate.Cloud) bool {
		names := []string{r.ID, r.GetString("selfLink")}
		for _, user := range users {
			typ, path, _ := strings.Cut(user, " ")
			for _, other := range cloud.OfType(typ) {
				if slices.ContainsFunc(Strings(other, path), func(name string) bool { return name != "" && slices.Contains(names, name) }) {
					r.computed["user"] = resource.NewStringProperty(other.ID)
					return true
				}
			}
		}
		return false
	}, message)
}

// Missing refuses a reference to a resource of a type that does not exist. The input at path has the value of the
// output key of that resource; an empty one refers to nothing.
func Missing(path, typ, key string, message OutputFunc) Refusal {
	return RefuseIf(func(r *Request, cloud *cloudstate.Cloud) bool {
		name := r.GetString(path)
		return name != "" && FindBy(cloud, typ, key, name) == nil
	}, message)
}

// FindBy returns the resource of a type with that value of an output, "id" for its ID, or nil.
func FindBy(cloud *cloudstate.Cloud, typ, key, value string) *cloudstate.Resource {
	for _, record := range cloud.OfType(typ) {
		if key == "id" && record.ID == value || record.Outputs[key] == value {
			return &record
		}
	}
	return nil
}

// Strings returns the strings at a dotted path of a record's outputs, through each element of a list.
func Strings(record cloudstate.Resource, path string) []string {
	var list []string
	value := resource.NewObjectProperty(resource.NewPropertyMapFromMap(record.Outputs))
	for _, element := range valuesAt(value, strings.Split(path, ".")) {
		if element.IsString() {
			list = append(list, element.StringValue())
		}
	}
	return list
}

// refuse returns the error of the first rule that applies.
func refuse(rules []Refusal, r *Request, cloud *cloudstate.Cloud) error {
	for _, rule := range rules {
		if err := rule(r, cloud); err != nil {
			return err
		}
	}
	return nil
}
