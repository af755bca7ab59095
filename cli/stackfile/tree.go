package stackfile

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// entry is a key with its value in a mapping.
type entry struct{ key, value *yaml.Node }

// parseDocument returns the mapping at the top of a YAML document.
func parseDocument(content []byte) (*yaml.Node, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(content, &document); err != nil {
		return nil, err
	}
	if len(document.Content) != 1 || document.Content[0].Kind != yaml.MappingNode {
		return nil, fmt.Errorf("must be a mapping with the key config")
	}
	return document.Content[0], nil
}

// entries returns the entries of a mapping.
func entries(mapping *yaml.Node) []entry {
	var list []entry
	for pair := range slices.Chunk(mapping.Content, 2) {
		list = append(list, entry{pair[0], pair[1]})
	}
	return list
}

// find returns the entry of a mapping with a key.
func find(mapping *yaml.Node, key string) (entry, bool) {
	list := entries(mapping)
	index := slices.IndexFunc(list, func(e entry) bool { return e.key.Value == key })
	if index < 0 {
		return entry{}, false
	}
	return list[index], true
}

// descend follows keys through mappings as far as they exist. It returns the entries on the way. It refuses anchors,
// aliases and merged keys: an edit in one place would change another one.
func descend(root *yaml.Node, keys []string) ([]entry, error) {
	var way []entry
	mapping := root
	for i, key := range keys {
		if err := refuseShared(mapping, keys[:i]); err != nil {
			return nil, err
		}
		if mapping.Kind != yaml.MappingNode {
			if isNull(mapping) {
				return way, nil
			}
			return nil, fmt.Errorf("line %d: %s must be a mapping", mapping.Line, strings.Join(keys[:i], "."))
		}
		e, ok := find(mapping, key)
		if !ok {
			if _, merged := find(mapping, "<<"); merged {
				return nil, sharedError(mapping.Line, keys[:i])
			}
			return way, nil
		}
		if err := refuseShared(e.key, keys[:i+1]); err != nil {
			return nil, err
		}
		way, mapping = append(way, e), e.value
	}
	return way, refuseShared(mapping, keys)
}

func refuseShared(node *yaml.Node, keys []string) error {
	if node.Kind == yaml.AliasNode || node.Anchor != "" {
		return sharedError(node.Line, keys)
	}
	return nil
}

func sharedError(line int, keys []string) error {
	return fmt.Errorf("line %d: %s has an anchor (&) or an alias (*), which cannot be edited in place: write the values out",
		line, strings.Join(keys, "."))
}

func isNull(node *yaml.Node) bool { return node.Kind == yaml.ScalarNode && node.Tag == "!!null" }

func isFlow(node *yaml.Node) bool { return node.Style&yaml.FlowStyle != 0 }
