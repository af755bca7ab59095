// Package reference generates the tables of config keys in
// docs/configuration.md from the source of package config.
package reference

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/modelferry/modelferry/config/internal/schema"
)

// Key is one config key: a row of a table.
type Key struct {
	// Path of the key, in the syntax of pulumi config set --path without the namespace of the project. NAME stands for
	// a user-defined name.
	Path string
	// Type of the value, such as string.
	Type string
	// Default value in Markdown, "" if there is none.
	Default string
	// Clouds that support the key, nil for every cloud.
	Clouds []string
	// Description of the key.
	Description string
}

// Root returns the first element of the path: the top-level key, or the namespace of a provider, such as gcp.
func (k Key) Root() string {
	return k.Path[:strings.IndexAny(k.Path+".", ".:")]
}

// Keys returns the keys of the config in the order of the struct fields. dir is the directory of package config.
func Keys(dir string) ([]Key, error) {
	types, err := parseTypes(dir)
	if err != nil {
		return nil, err
	}
	g := &generator{types: types, listedAt: map[string]string{}}
	if err := g.addStruct("Config", "", nil); err != nil {
		return nil, err
	}
	return g.keys, nil
}

// Table returns the keys below some top-level keys as a Markdown table.
func Table(keys []Key, roots ...string) string {
	var b strings.Builder
	b.WriteString("| key | type | default | clouds | description |\n|---|---|---|---|---|\n")
	for _, root := range roots {
		for _, key := range keys {
			if key.Root() == root {
				fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", key.Path, key.Type, key.Default,
					strings.Join(key.Clouds, ", "), strings.ReplaceAll(key.Description, "|", `\|`))
			}
		}
	}
	return b.String()
}

type generator struct {
	types structTypes
	keys  []Key
	// listedAt has, by type, the path at which the table already lists the keys of the type.
	listedAt map[string]string
}

// addStruct adds the keys of a struct type below a path.
func (g *generator) addStruct(typ, path string, clouds []string) error {
	for _, f := range g.types[typ] {
		fieldClouds := schema.Clouds(f.tag)
		if fieldClouds == nil {
			fieldClouds = clouds
		}
		var err error
		switch name := f.tag.Get("json"); name {
		case "":
		case "-":
			err = g.addStruct(f.typ, f.tag.Get("provider")+":", fieldClouds)
		default:
			err = g.addKey(f, join(path, name), fieldClouds)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// join appends a name to a path, or to the namespace of a provider, which ends in a colon.
func join(path, name string) string {
	if path == "" || strings.HasSuffix(path, ":") {
		return path + name
	}
	return path + "." + name
}

const required = "*required*"

func (g *generator) addKey(f structField, path string, clouds []string) error {
	if f.comment == "" {
		return missingComment(path)
	}
	description, defaultText, _ := strings.Cut(f.comment, " Default: ")
	defaultText = strings.TrimSuffix(defaultText, ".")
	if tag := f.tag.Get("default"); tag != "" {
		defaultText = "`" + tag + "`"
	}
	if defaultText == "" && f.typ == "bool" {
		defaultText = "`false`"
	}
	if f.tag.Get("need") == "required" {
		defaultText = required
	}
	key := Key{Path: path, Type: f.typeName(), Default: defaultText, Clouds: clouds, Description: description}
	if g.types[f.typ] == nil {
		g.keys = append(g.keys, key)
		return nil
	}
	first, listed := g.listedAt[f.typ]
	if listed {
		key.Description += fmt.Sprintf(" Keys as in `%s`.", first)
	}
	g.keys = append(g.keys, key)
	if listed {
		return nil
	}
	if f.isMap {
		path += "." + schema.NamePlaceholder
	}
	g.listedAt[f.typ] = path
	return g.addStruct(f.typ, path, clouds)
}

func missingComment(path string) error {
	return fmt.Errorf("config key %s: its field must have a comment that describes it", path)
}

// typeName returns the type of the field's value as the tables name it.
func (f structField) typeName() string {
	name := cmp.Or(map[string]string{
		"int": "number", "bool": "boolean", "time.Duration": "duration", "string": "string", "Cloud": "string", "PodIdentityMode": "string",
		"any": "value",
	}[f.typ], "object")
	switch {
	case f.isMap && name == "object":
		return "map of objects"
	case f.isMap:
		return "map of " + name + "s"
	case f.isList:
		return "list of " + name + "s"
	}
	return name
}
