// Package reference writes the table of all config keys from the source of
// config's types, so that the document agrees with the code.
package reference

import (
	"cmp"
	"fmt"
	"strings"
)

// row is one key of the config.
type row struct{ key, typ, preset, description string }

// Table returns the keys of the config, in Markdown: one row a key, by the
// path that pulumi config set --path takes, NAME standing for what a person
// names. folder holds the source of package config.
func Table(folder string) (string, error) {
	types, err := parse(folder)
	if err != nil {
		return "", err
	}
	w := &writer{types: types, listed: map[string]string{}}
	if err := w.walk("Config", ""); err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("| key | type | default | what it is |\n|---|---|---|---|\n")
	for _, r := range w.rows {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", r.key, r.typ, r.preset, strings.ReplaceAll(r.description, "|", `\|`))
	}
	return b.String(), nil
}

type writer struct {
	types structs
	rows  []row
	// listed says at which key a type's own keys stand already.
	listed map[string]string
}

func (w *writer) walk(typ, at string) error {
	for _, f := range w.types[typ] {
		name := f.tag.Get("json")
		switch {
		case name == "-":
			if err := w.provider(f); err != nil {
				return err
			}
		case name != "":
			if err := w.add(f, strings.TrimPrefix(at+"."+name, ".")); err != nil {
				return err
			}
		}
	}
	return nil
}

// provider lists what comes from a provider's own keys, which are named as
// the fields are: GCP.Project is gcp:project.
func (w *writer) provider(f field) error {
	cloud := map[string]string{"GCP": "gke", "AWS": "eks"}[f.typ]
	for _, key := range w.types[f.typ] {
		if key.comment == "" {
			return undocumented(f.typ + "." + key.name)
		}
		w.rows = append(w.rows, row{
			key: strings.ToLower(f.typ + ":" + key.name), typ: "text", preset: "*required* on " + cloud, description: key.comment,
		})
	}
	return nil
}

func (w *writer) add(f field, key string) error {
	if f.comment == "" {
		return undocumented(key)
	}
	description, preset, _ := strings.Cut(f.comment, " Default: ")
	preset = strings.TrimSuffix(preset, ".")
	if tag := f.tag.Get("default"); tag != "" {
		preset = "`" + tag + "`"
	}
	if preset == "" && f.typ == "bool" {
		preset = "`false`"
	}
	if f.tag.Get("need") == "required" {
		preset = "*required*"
	}
	r := row{key: key, typ: w.typeName(f), preset: preset, description: description}
	if w.types[f.typ] == nil {
		w.rows = append(w.rows, r)
		return nil
	}
	below := key
	if f.byName {
		below += ".NAME"
	}
	first, seen := w.listed[f.typ]
	if seen {
		r.description += fmt.Sprintf(" Its keys are those of `%s`.", first)
	}
	w.rows = append(w.rows, r)
	if seen {
		return nil
	}
	w.listed[f.typ] = below
	return w.walk(f.typ, below)
}

func undocumented(key string) error {
	return fmt.Errorf("config key %s: its field has no comment: write what it is", key)
}

func (w *writer) typeName(f field) string {
	name := cmp.Or(map[string]string{
		"string": "text", "int": "number", "bool": "true, false", "time.Duration": "duration", "Cloud": "text", "PodIdentityMode": "text",
	}[f.typ], "object")
	switch {
	case f.byName && name == "object":
		return "objects by name"
	case f.byName:
		return name + " by name"
	case f.list:
		return "list of " + name
	}
	return name
}
