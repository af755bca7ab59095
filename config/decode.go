package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/go-viper/mapstructure/v2"
)

// decode reads every key of Config's fields from source into c. It returns
// apart the values that are missing or of another type than their field's,
// and the keys, at every depth, that there are no fields for.
func decode(source Source, keys []string, c *Config) (values, unknown Faults) {
	raw := map[string]any{}
	var known []string
	t := reflect.TypeFor[Config]()
	for i := range t.NumField() {
		field := t.Field(i)
		name := field.Tag.Get("json")
		if name == "-" {
			continue
		}
		known = append(known, name)
		text, ok := source.GetConfig(Namespace + ":" + name)
		if !ok {
			if field.Tag.Get("need") == "required" {
				values.add(name, "missing: set %s:%s", Namespace, name)
			}
			continue
		}
		if field.Type.Kind() == reflect.String {
			raw[name] = text
			continue
		}
		if field.Type.Kind() == reflect.Bool {
			raw[name] = text
			if yes, err := strconv.ParseBool(text); err == nil {
				raw[name] = yes
			}
			continue
		}
		value, err := parseObject(text)
		if err != nil {
			values.add(name, "not an object, but %q: write its keys below it, or set them with --path", text)
			continue
		}
		raw[name] = value
	}
	for _, key := range keys {
		name, own := strings.CutPrefix(key, Namespace+":")
		if own && !slices.Contains(known, name) {
			unknown.add(name, "unknown key%s", suggest(name, known))
		}
	}
	values.dropNulls("", raw)
	mistyped, unused := decodeStrictly(raw, c)
	return append(values, mistyped...), append(unknown, unused...)
}

func parseObject(text string) (map[string]any, error) {
	var value map[string]any
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber() // a generation of 19 digits must not pass through a float
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); value == nil || !errors.Is(err, io.EOF) {
		return nil, errors.New("not one object")
	}
	return value, nil
}

func decodeStrictly(raw map[string]any, c *Config) (mistyped, unknown Faults) {
	var seen mapstructure.Metadata
	decoder, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{
		Result:     c,
		TagName:    "json",
		Metadata:   &seen,
		DecodeHook: hooks,
		MatchName:  func(key, field string) bool { return key == field },
	})
	if err != nil {
		mistyped.add("", "%v", err)
		return mistyped, nil
	}
	mistyped.addDecodeErrors(decoder.Decode(raw))
	for _, path := range seen.Unused {
		path = dotted(path)
		key := path[strings.LastIndex(path, ".")+1:]
		unknown.add(path, "unknown key%s", suggest(key, fieldNames(reflect.TypeFor[Config](), nil)))
	}
	return mistyped, unknown
}

// addDecodeErrors takes apart what mapstructure joined.
func (f *Faults) addDecodeErrors(err error) {
	if err == nil {
		return
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, each := range joined.Unwrap() {
			f.addDecodeErrors(each)
		}
		return
	}
	if at, ok := err.(*mapstructure.DecodeError); ok { //nolint:errorlint // level by level: errors.As would find only the first of those joined below
		f.add(dotted(at.Name()), "%v", at.Unwrap())
		return
	}
	if inner := errors.Unwrap(err); inner != nil {
		f.addDecodeErrors(inner)
		return
	}
	f.add("", "%v", err)
}

// dropNulls takes the keys without a value out of a config, and reports them:
// a key that someone left half-written says neither "default" nor "empty".
func (f *Faults) dropNulls(path string, value any) {
	switch value := value.(type) {
	case map[string]any:
		for _, key := range sortedKeys(value) {
			at := strings.TrimPrefix(path+"."+key, ".")
			if value[key] == nil {
				f.add(at, "has no value: write one, or take the key out")
				delete(value, key)
			}
			f.dropNulls(at, value[key])
		}
	case []any:
		for k, element := range value {
			at := fmt.Sprintf("%s[%d]", path, k)
			if element == nil {
				f.add(at, "has no value: write one, or take it out of the list")
			}
			f.dropNulls(at, element)
		}
	}
}

var bracketed = regexp.MustCompile(`\[([^]]*[^]\d][^]]*)]`)

// dotted turns mapstructure's releases[bankchurn].image into the path that
// pulumi config set --path takes; an element of a list keeps its brackets.
func dotted(path string) string {
	return strings.TrimPrefix(bracketed.ReplaceAllString(path, ".$1"), ".")
}

func suggest(name string, known []string) string {
	best, distance := "", 3
	for _, candidate := range known {
		if d := levenshtein.Distance(strings.ToLower(name), strings.ToLower(candidate), nil); d < distance {
			best, distance = candidate, d
		}
	}
	if best == "" {
		return ""
	}
	return `: did you mean "` + best + `"?`
}

// fieldNames lists the config names of a type's fields at every depth.
func fieldNames(t reflect.Type, names []string) []string {
	switch t.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice:
		return fieldNames(t.Elem(), names)
	case reflect.Struct:
		for i := range t.NumField() {
			if name := t.Field(i).Tag.Get("json"); name != "" && name != "-" {
				names = fieldNames(t.Field(i).Type, append(names, name))
			}
		}
	}
	return names
}
