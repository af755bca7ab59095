// Package decode decodes raw config values into a struct whose fields have
// json tags, and reports what does not fit in the words of a config file.
//
// Tags: json names a field's key, - excludes a field; need:"required" makes a
// key that is not set an error; default is read by github.com/creasty/defaults.
package decode

import (
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/modelferry/modelferry/config/internal/schema"
	"github.com/modelferry/modelferry/config/internal/suggest"
)

// Source is where the raw values come from.
type Source struct {
	// Namespace of the keys: that of modelferry:cloud is modelferry.
	Namespace string
	// Get returns a key's value: text as it is, everything else as JSON.
	Get func(key string) (value string, ok bool)
	// Keys that are set, so that unknown ones are found; nil reads the known ones only.
	Keys []string
}

// Into decodes the source's values into the struct that target points to. It
// returns the values that are missing or of the wrong type, and separately
// the keys, at every depth, that the struct has no field for. Their paths are
// whole keys, as pulumi config set --path takes them.
func Into(target any, source Source) (invalid, unknown field.ErrorList) {
	raw, invalid := source.read(reflect.TypeOf(target).Elem())
	known := keyNames(reflect.TypeOf(target).Elem())
	for _, key := range source.Keys {
		name, own := strings.CutPrefix(key, source.Namespace+":")
		if own && !slices.Contains(known, name) {
			unknown = append(unknown, unknownKey(source.path(name), name, known))
		}
	}
	for _, name := range sortedKeys(raw) {
		invalid = append(invalid, removeNulls(source.path(name), raw[name])...)
	}
	mistyped, unused := source.decode(raw, target)
	return append(invalid, mistyped...), append(unknown, unused...)
}

// path returns the whole key of a path in mapstructure's or in dotted notation.
func (s Source) path(path string) *field.Path { return field.NewPath(s.Namespace + ":" + dotted(path)) }

// read reads the raw values of a struct type's keys.
func (s Source) read(t reflect.Type) (raw map[string]any, invalid field.ErrorList) {
	raw = map[string]any{}
	for i := range t.NumField() {
		name := schema.KeyName(t.Field(i))
		if name == "" {
			continue
		}
		text, ok := s.Get(s.Namespace + ":" + name)
		switch kind := t.Field(i).Type.Kind(); {
		case !ok && t.Field(i).Tag.Get("need") == "required":
			invalid = append(invalid, field.Required(s.path(name), "must be set"))
		case !ok:
		case kind == reflect.String:
			raw[name] = text
		case kind == reflect.Bool:
			raw[name] = text
			if value, err := strconv.ParseBool(text); err == nil {
				raw[name] = value
			}
		default:
			value, err := parseObject(text)
			if err != nil {
				invalid = append(invalid, field.TypeInvalid(s.path(name), shorten(text),
					"must be an object: write its keys below it, or set them with pulumi config set --path"))
				continue
			}
			raw[name] = value
		}
	}
	return raw, invalid
}

func parseObject(text string) (map[string]any, error) {
	var value map[string]any
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber() // a float64 cannot hold an object generation of 19 digits
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); value == nil || !errors.Is(err, io.EOF) {
		return nil, errors.New("not a single object")
	}
	return value, nil
}

func (s Source) decode(raw map[string]any, target any) (mistyped, unknown field.ErrorList) {
	var metadata mapstructure.Metadata
	decoder, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{
		Result:     target,
		TagName:    "json",
		Metadata:   &metadata,
		DecodeHook: hooks,
		MatchName:  func(key, field string) bool { return key == field },
	})
	if err == nil {
		err = decoder.Decode(raw)
	}
	mistyped = s.typeErrors(err)
	for _, path := range metadata.Unused {
		names := strings.Split(dotted(path), ".")
		unknown = append(unknown, unknownKey(s.path(path), names[len(names)-1], allKeyNames(reflect.TypeOf(target).Elem())))
	}
	return mistyped, unknown
}

func unknownKey(fldPath *field.Path, name string, known []string) *field.Error {
	return field.Forbidden(fldPath, "unknown key"+suggest.DidYouMean(name, known))
}

// keyNames returns the keys of a struct type itself.
func keyNames(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		if name := schema.KeyName(t.Field(i)); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// allKeyNames returns the last name of every key of a struct type, at every depth.
func allKeyNames(t reflect.Type) []string {
	var names []string
	for _, key := range schema.Keys(t) {
		names = append(names, key.Path[strings.LastIndex(key.Path, ".")+1:])
	}
	return names
}
