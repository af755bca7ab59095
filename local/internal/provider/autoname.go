package provider

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// autonameDigits is the number of random hex digits in an autoname, as in the official providers.
const autonameDigits = 7

// autoname returns the name in the old inputs, or a new one: the resource's name, a dash and random hex digits.
// Offline they are those of OfflineSeed.
func (s *server) autoname(definition Resource, req plugin.CheckRequest) (string, error) {
	if oldName := unwrap(req.Olds[resource.PropertyKey(definition.NameProperty)]); oldName.IsString() {
		return oldName.StringValue(), nil
	}
	if a := req.Autonaming; a != nil {
		switch {
		case a.Mode == plugin.AutonamingModeDisabled:
			return "", fmt.Errorf("autonaming is disabled (pulumi:autonaming): set %q", definition.NameProperty)
		case a.ProposedName != "":
			return a.ProposedName, nil
		}
	}
	seed := req.RandomSeed
	if s.cloud == nil {
		seed = OfflineSeed(req.URN, req.News)
	}
	return resource.NewUniqueName(seed, req.URN.Name()+"-", autonameDigits, 0, nil)
}

// OfflineSeed returns the seed of a generated name offline: every plan has the same names, and a replacement has
// another one, because its inputs differ.
func OfflineSeed(urn resource.URN, inputs resource.PropertyMap) []byte {
	content, _ := json.Marshal(ToPlain(inputs)) // plain values always marshal, with sorted keys
	return append([]byte(urn), content...)
}

// isAutonamed reports whether name has the form of an autoname of the resource.
func isAutonamed(resourceName string, name resource.PropertyValue) bool {
	if !name.IsString() {
		return false
	}
	suffix, ok := strings.CutPrefix(name.StringValue(), resourceName+"-")
	return ok && len(suffix) == autonameDigits && strings.Trim(suffix, "0123456789abcdef") == ""
}
