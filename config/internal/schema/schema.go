// Package schema reads the config keys of Go types from their struct tags.
//
//	json:"name"        the key of a field; - for a field that is no key
//	clouds:"gke,eks"   the clouds that have the key, and all keys below it; every cloud without the tag
package schema

import (
	"reflect"
	"slices"
	"strings"
)

// Name stands for a name that a person chose in the path of a key:
// services.NAME.port.
const Name = "NAME"

// Key is a config key.
type Key struct {
	// Path of the key, its names joined by dots.
	Path string
	// Clouds that have the key, nil for every cloud.
	Clouds []string
	// Type of its value, without pointers.
	Type reflect.Type
}

// SupportedOn reports whether a cloud has the key.
func (k Key) SupportedOn(cloud string) bool {
	return k.Clouds == nil || slices.Contains(k.Clouds, cloud)
}

// Keys returns the keys of a struct type at every depth, each before those
// below it, in the order of the fields.
func Keys(t reflect.Type) []Key { return appendKeys(nil, t, Key{}) }

func appendKeys(keys []Key, t reflect.Type, parent Key) []Key {
	if t = indirect(t); t.Kind() == reflect.Map {
		parent.Path = join(parent.Path, Name)
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

// KeyName returns the config key of a struct field, "" where it has none.
func KeyName(field reflect.StructField) string {
	if name := field.Tag.Get("json"); name != "-" {
		return name
	}
	return ""
}

// Clouds returns the clouds of a struct tag, nil where it names none.
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
