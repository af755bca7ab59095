package config

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/go-viper/mapstructure/v2"
)

// decode reads every key of Config's fields from source into c. It refuses
// unknown keys at every depth and values of another type than the field's.
func decode(source Source, keys []string, c *Config) Faults {
	var faults Faults
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
				faults.add(name, "missing: set %s:%s", Namespace, name)
			}
			continue
		}
		if field.Type.Kind() == reflect.String {
			raw[name] = text
			continue
		}
		value, err := parseJSON(text)
		if err != nil {
			faults.add(name, "not an object, but %q: write its keys below it, or set them with --path", text)
			continue
		}
		raw[name] = value
	}
	for _, key := range keys {
		name, own := strings.CutPrefix(key, Namespace+":")
		if own && !slices.Contains(known, name) {
			faults.add(name, "unknown key%s", suggest(name, known))
		}
	}
	faults.merge(decodeStrictly(raw, c))
	return faults
}

func parseJSON(text string) (any, error) {
	var value any
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber() // a generation of 19 digits must not pass through a float
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, isObject := value.(map[string]any); !isObject {
		return nil, errors.New("not an object")
	}
	return value, nil
}

func decodeStrictly(raw map[string]any, c *Config) Faults {
	var faults Faults
	var seen mapstructure.Metadata
	decoder, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{
		Result:     c,
		TagName:    "json",
		Metadata:   &seen,
		DecodeHook: mapstructure.StringToTimeDurationHookFunc(),
		MatchName:  func(key, field string) bool { return key == field },
	})
	if err != nil {
		faults.add("", "%v", err)
		return faults
	}
	faults.addDecodeErrors(decoder.Decode(raw))
	for _, path := range seen.Unused {
		path = dotted(path)
		key := path[strings.LastIndex(path, ".")+1:]
		faults.add(path, "unknown key%s", suggest(key, fieldNames(reflect.TypeFor[Config](), nil)))
	}
	return faults
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
	if at, ok := err.(*mapstructure.DecodeError); ok {
		f.add(dotted(at.Name()), "%s", wrongType(at.Unwrap()))
		return
	}
	if inner := errors.Unwrap(err); inner != nil {
		f.addDecodeErrors(inner)
		return
	}
	f.add("", "%v", err)
}

// wrongType says in the words of a config file what a value should have been.
func wrongType(err error) string {
	var unconvertible *mapstructure.UnconvertibleTypeError
	if !errors.As(err, &unconvertible) {
		return strings.NewReplacer("expected a map or struct, got", "has to be an object with keys, not a",
			"expected a map, got", "has to be an object with keys, not").Replace(err.Error())
	}
	wanted := map[reflect.Kind]string{
		reflect.String: "text", reflect.Int: "a whole number", reflect.Bool: "true or false", reflect.Int64: `a duration such as "90s"`,
	}[unconvertible.Expected.Kind()]
	if wanted == "" {
		wanted = "a " + unconvertible.Expected.Kind().String()
	}
	text, _ := json.Marshal(unconvertible.Value)
	return "has to be " + wanted + ", not " + string(text)
}

// dotted turns mapstructure's releases[bankchurn].image into the path that
// pulumi config set --path takes.
func dotted(path string) string {
	return strings.TrimPrefix(strings.NewReplacer("[", ".", "]", "").Replace(path), ".")
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
