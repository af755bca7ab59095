package engine

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"gopkg.in/yaml.v3"
)

// MergeConfig puts values into the config of a stack file and keeps everything else in it: other keys, their
// order and the comments. A value that is a map goes into the map that is there, key by key; any other value
// takes the place of what was there, and nil removes it.
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

// secretsKeys are the stack file's notes on how its secrets are locked.
var secretsKeys = []string{"encryptionsalt", "encryptedkey", "secretsprovider"}

// withLocalSecretsKeys exchanges the notes on secrets in a stack file for those that the local copy had before.
// The repository's belong to another passphrase.
func withLocalSecretsKeys(content, previous []byte) ([]byte, error) {
	document, err := parseMapping(content)
	if err != nil {
		return nil, err
	}
	previousDocument, err := parseMapping(previous)
	if err != nil {
		return nil, err
	}
	for _, key := range secretsKeys {
		deleteMappingKey(document, key)
		if value := mappingValue(previousDocument, key); value != nil {
			setMappingValue(document, key, value)
		}
	}
	return encodeYAML(document)
}

// parseMapping gives the mapping at the root of a YAML document, an empty one for an empty document.
func parseMapping(content []byte) (*yaml.Node, error) {
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

func encodeYAML(node *yaml.Node) ([]byte, error) {
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(node); err != nil {
		return nil, err
	}
	return out.Bytes(), encoder.Close()
}

// A mapping node's content is key, value, key, value.
func mappingValue(mapping *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return mapping.Content[i+1]
		}
	}
	return nil
}

func setMappingValue(mapping *yaml.Node, key string, value *yaml.Node) {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			mapping.Content[i+1] = value
			return
		}
	}
	mapping.Content = append(mapping.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: key}, value)
}

func deleteMappingKey(mapping *yaml.Node, key string) {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			mapping.Content = slices.Delete(mapping.Content, i, i+2)
			return
		}
	}
}
