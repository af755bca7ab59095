package engine

import (
	"fmt"
	"maps"
	"slices"

	"gopkg.in/yaml.v3"
)

// MergeConfig returns a stack file with values merged into its config, by `project:key`. Maps are merged key by key,
// other values are replaced, and nil removes a key. Other keys, their order and comments stay.
func MergeConfig(base []byte, values map[string]any) ([]byte, error) {
	document, err := parseMapping(base)
	if err != nil {
		return nil, err
	}
	config := mappingValue(document, "config")
	if config == nil || config.Kind != yaml.MappingNode {
		config = &yaml.Node{Kind: yaml.MappingNode}
		setMappingValue(document, "config", config)
	}
	if err := mergeNode(config, values); err != nil {
		return nil, err
	}
	return encodeYAML(document)
}

func mergeNode(target *yaml.Node, values map[string]any) error {
	for _, key := range slices.Sorted(maps.Keys(values)) {
		switch value := values[key].(type) {
		case nil:
			deleteMappingKey(target, key)
		case map[string]any:
			inner := mappingValue(target, key)
			if inner == nil || inner.Kind != yaml.MappingNode {
				inner = &yaml.Node{Kind: yaml.MappingNode}
				setMappingValue(target, key, inner)
			}
			if err := mergeNode(inner, value); err != nil {
				return err
			}
		default:
			node := &yaml.Node{}
			if err := node.Encode(value); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
			setMappingValue(target, key, node)
		}
	}
	return nil
}
