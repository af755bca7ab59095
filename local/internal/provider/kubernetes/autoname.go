package kubernetes

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"

	"github.com/modelferry/modelferry/local/internal/provider"
)

// autonamedAnnotation marks an object with an autoname, as in pulumi-kubernetes.
const autonamedAnnotation = "pulumi.com/autonamed"

// setName sets metadata.name if the program sets neither that nor generateName: to the autoname in the old inputs, or
// to a new one.
func (s *server) setName(metadata resource.PropertyMap, req plugin.CheckRequest) error {
	if name := metadata["name"]; !name.IsNull() || metadata["generateName"].HasValue() {
		return nil
	}
	var name string
	if old, ok := nestedMap(req.Olds, "metadata"); ok && isAutonamed(old) && old["name"].IsString() {
		name = old["name"].StringValue()
	} else if a := req.Autonaming; a != nil && a.Mode == plugin.AutonamingModeDisabled {
		return fmt.Errorf("autonaming is disabled (pulumi:autonaming): set metadata.name")
	} else if a != nil && a.ProposedName != "" {
		name = a.ProposedName
	} else {
		seed := req.RandomSeed
		if s.config.RenderDir != "" {
			seed = provider.OfflineSeed(req.URN, req.News)
		}
		uniqueName, err := resource.NewUniqueName(seed, req.URN.Name()+"-", 8, 0, nil)
		if err != nil {
			return err
		}
		name = strings.ToLower(uniqueName)
	}
	metadata["name"] = resource.NewStringProperty(name)
	annotations, ok := nestedMap(metadata, "annotations")
	if ok && annotations != nil {
		annotations[autonamedAnnotation] = resource.NewStringProperty("true")
		metadata["annotations"] = resource.NewObjectProperty(annotations)
	}
	return nil
}

func isAutonamed(metadata resource.PropertyMap) bool {
	annotations, _ := nestedMap(metadata, "annotations")
	autonamed := annotations[autonamedAnnotation]
	return autonamed.IsString() && autonamed.StringValue() == "true"
}
