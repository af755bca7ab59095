// Package schema reads the config keys of Go types from their struct tags.
//
//	json:"name"        the key of a field, or - for a field without a key
//	clouds:"gke,eks"   the clouds that support the key and all keys below it; without the tag, every cloud does
package schema

import (
	"reflect"
	"slices"
	"strings"
)

// NamePlaceholder stands for a user-defined name in the path of a key: services.NAME.port.
const NamePlaceholder = "NAME"

// Key is a config key.
type Key struct {
	// Path of the key: its names joined by dots.
	Path string
	// Clouds that support the key, nil for every cloud.
	Clouds []string
	// Type of its value, without pointers.
	Type reflect.Type
}

// SupportedOn reports whether a cloud supports the key.
func (k Key) SupportedOn(cloud string) bool {
	return k.Clouds == nil || slices.Contains(k.Clouds, cloud)
}

// Keys returns the keys of a struct type at every depth, in the order of the fields. Each key comes before the keys
// below it.
func Keys(t reflect.Type) []Key { return appendKeys(nil, t, Key{}) }

func appendKeys(keys []Key, t reflect.Type, parent Key) []Key {
	if t = indirect(t); t.Kind() == reflect.Map {
		parent.Path = join(parent.Path, NamePlaceholder)
		t = indirect(t.Elem())
	}
	if t.Kind() != reflect.Struct {
		return keys
	}
	for i := range t.NumField() {
		field := t.Field(i)
		name := KeyName(field)
		if name == "" {
			continue
		}
		key := Key{Path: join(parent.Path, name), Clouds: Clouds(field.Tag), Type: indirect(field.Type)}
		if key.Clouds == nil {
			key.Clouds = parent.Clouds
		}
		keys = appendKeys(append(keys, key), field.Type, key)
	}
	return keys
}

// KeyName returns the config key of a struct field, or "" if it has none.
func KeyName(field reflect.StructField) string {
	if name := field.Tag.Get("json"); name != "-" {
		return name
	}
	return ""
}

// Clouds returns the clouds in a struct tag, or nil if it has none.
func Clouds(tag reflect.StructTag) []string {
	if clouds := tag.Get("clouds"); clouds != "" {
		return strings.Split(clouds, ",")
	}
	return nil
}

func indirect(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

func join(path, name string) string { return strings.TrimPrefix(path+"."+name, ".") }
