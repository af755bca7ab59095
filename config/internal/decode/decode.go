// Package decode decodes raw config values into a struct whose fields have json tags. Its errors name config keys, not
// Go types.
//
// Tags: json is the key of a field, or - for a field without a key; need:"required" makes the key required; default is
// read by github.com/creasty/defaults.
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
	"github.com/modelferry/modelferry/config/suggest"
)

// Source provides the raw values.
type Source struct {
	// Namespace of the keys, such as modelferry for modelferry:cloud.
	Namespace string
	// Get returns the value of a key: a string unchanged, any other value as JSON.
	Get func(key string) (value string, ok bool)
	// Keys that are set, to find unknown ones. If it is nil, unknown top-level keys are ignored.
	Keys []string
}

// Into decodes the values of the source into the struct that target points to. It returns errors for values that are
// missing or have the wrong type (invalid), and for keys, at any depth, for which the struct has no field (unknown).
// The paths of the errors have the namespace, as in pulumi config set --path.
func Into(target any, source Source) (invalid, unknown field.ErrorList) {
	raw, invalid := source.read(reflect.TypeOf(target).Elem())
	known := keyNames(reflect.TypeOf(target).Elem())
	for _, key := range source.Keys {
		name, inNamespace := strings.CutPrefix(key, source.Namespace+":")
		if inNamespace && !slices.Contains(known, name) {
			unknown = append(unknown, unknownKey(source.path(name), name, known))
		}
	}
	for _, name := range sortedKeys(raw) {
		invalid = append(invalid, removeNulls(source.path(name), raw[name])...)
	}
	mistyped, unused := source.decode(raw, target)
	return append(invalid, mistyped...), append(unknown, unused...)
}

// path returns the path with the namespace, for a path in the notation of mapstructure or with dots.
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
		case kind == reflect.Slice:
			var list []any
			if err := parse(text, &list); err != nil || list == nil {
				invalid = append(invalid, field.TypeInvalid(s.path(name), shorten(text), "must be a list"))
				continue
			}
			raw[name] = list
		default:
			var object map[string]any
			if err := parse(text, &object); err != nil || object == nil {
				invalid = append(invalid, field.TypeInvalid(s.path(name), shorten(text),
					"must be an object: write its keys below it, or set them with pulumi config set --path"))
				continue
			}
			raw[name] = object
		}
	}
	return raw, invalid
}

// parse parses a text that has a single JSON value.
func parse(text string, value any) error {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber() // a float64 cannot represent every object generation
	if err := decoder.Decode(value); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("not a single value")
	}
	return nil
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

// keyNames returns the top-level keys of a struct type.
func keyNames(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		if name := schema.KeyName(t.Field(i)); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// allKeyNames returns the last name in the path of every key of a struct type, at every depth.
func allKeyNames(t reflect.Type) []string {
	var names []string
	for _, key := range schema.Keys(t) {
		names = append(names, key.Path[strings.LastIndex(key.Path, ".")+1:])
	}
	return names
}
