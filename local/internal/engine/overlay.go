package engine

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"gopkg.in/yaml.v3"
)

// Overlay puts values into the config of a stack file and keeps everything else in it: other keys, their
// order and the comments. A value that is a map goes into the map that is there, key by key; any other value
// takes the place of what was there, and nil removes it.
func Overlay(base []byte, values map[string]any) ([]byte, error) {
	document, err := parse(base)
	if err != nil {
		return nil, err
	}
	config := field(document, "config")
	if config == nil || config.Kind != yaml.MappingNode {
		config = &yaml.Node{Kind: yaml.MappingNode}
		set(document, "config", config)
	}
	if err := merge(config, values); err != nil {
		return nil, err
	}
	return encode(document)
}

func merge(target *yaml.Node, values map[string]any) error {
	for _, key := range slices.Sorted(maps.Keys(values)) {
		switch value := values[key].(type) {
		case nil:
			remove(target, key)
		case map[string]any:
			inner := field(target, key)
			if inner == nil || inner.Kind != yaml.MappingNode {
				inner = &yaml.Node{Kind: yaml.MappingNode}
				set(target, key, inner)
			}
			if err := merge(inner, value); err != nil {
				return err
			}
		default:
			node := &yaml.Node{}
			if err := node.Encode(value); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
			set(target, key, node)
		}
	}
	return nil
}

// secretKeys are the stack file's notes on how its secrets are locked.
var secretKeys = []string{"encryptionsalt", "encryptedkey", "secretsprovider"}

// withLocalSecrets exchanges the notes on secrets in a stack file for those that the local copy had before.
// The repository's belong to another passphrase.
func withLocalSecrets(content, before []byte) ([]byte, error) {
	document, err := parse(content)
	if err != nil {
		return nil, err
	}
	local, err := parse(before)
	if err != nil {
		return nil, err
	}
	for _, key := range secretKeys {
		remove(document, key)
		if kept := field(local, key); kept != nil {
			set(document, key, kept)
		}
	}
	return encode(document)
}

// parse gives the mapping at the root of a YAML document, an empty one for an empty document.
func parse(content []byte) (*yaml.Node, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(content, &document); err != nil {
		return nil, err
	}
	if len(document.Content) == 0 || document.Content[0].Tag == "!!null" {
		return &yaml.Node{Kind: yaml.MappingNode}, nil
	}
	if document.Content[0].Kind != yaml.MappingNode {
		return nil, fmt.Errorf("line %d: a stack file is a map of keys to values", document.Content[0].Line)
	}
	return document.Content[0], nil
}

func encode(node *yaml.Node) ([]byte, error) {
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(node); err != nil {
		return nil, err
	}
	return out.Bytes(), encoder.Close()
}

// A mapping node's content is key, value, key, value.
func field(mapping *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return mapping.Content[i+1]
		}
	}
	return nil
}

func set(mapping *yaml.Node, key string, value *yaml.Node) {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			mapping.Content[i+1] = value
			return
		}
	}
	mapping.Content = append(mapping.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: key}, value)
}

func remove(mapping *yaml.Node, key string) {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			mapping.Content = slices.Delete(mapping.Content, i, i+2)
			return
		}
	}
}
