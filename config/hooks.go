package config

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"time"

	"github.com/creasty/defaults"
	"github.com/go-viper/mapstructure/v2"
)

// hooks run on every value before it is decoded.
var hooks = mapstructure.ComposeDecodeHookFunc(checkKind, fillDefaults, toDuration)

// checkKind refuses a value of another kind than the field's, in the words of
// a config file. A number passes for text (cpu: 1), nothing else does.
func checkKind(from, to reflect.Value) (any, error) {
	value := from.Interface()
	number, isNumber := value.(json.Number)
	_, isText := value.(string)
	switch to.Kind() {
	case reflect.Struct, reflect.Map:
		if from.Kind() != reflect.Map {
			return nil, fmt.Errorf("has to be an object with keys, not %s", written(value))
		}
	case reflect.Slice:
		if from.Kind() != reflect.Slice {
			return nil, fmt.Errorf("has to be a list, not %s", written(value))
		}
	case reflect.String:
		if from.Kind() == reflect.Bool {
			return nil, fmt.Errorf("has to be text, not %s: put it in quotes", written(value))
		}
		if !isText && !isNumber {
			return nil, fmt.Errorf("has to be text, not %s", written(value))
		}
	case reflect.Int:
		if _, err := strconv.Atoi(number.String()); err != nil {
			return nil, fmt.Errorf("has to be a whole number, not %s", written(value))
		}
	case reflect.Bool:
		if from.Kind() != reflect.Bool {
			return nil, fmt.Errorf("has to be true or false, not %s", written(value))
		}
	}
	return value, nil
}

// fillDefaults gives a struct its defaults before the config's values go into
// it. Afterwards an explicit zero could not be told from a key that is not set.
func fillDefaults(from, to reflect.Value) (any, error) {
	if to.Kind() == reflect.Struct {
		if err := defaults.Set(to.Addr().Interface()); err != nil {
			return nil, err
		}
	}
	return from.Interface(), nil
}

// toDuration reads durations in Go's notation. A bare number has no unit, and
// is refused.
func toDuration(from, to reflect.Value) (any, error) {
	if to.Type() != reflect.TypeFor[time.Duration]() {
		return from.Interface(), nil
	}
	if text, ok := from.Interface().(string); ok {
		if d, err := time.ParseDuration(text); err == nil {
			return d, nil
		}
	}
	return nil, fmt.Errorf(`has to be a duration such as "90s", not %s`, written(from.Interface()))
}

// written shows a value as it would stand in a file, cut short.
func written(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprintf("%v", value)
	}
	const enough = 60
	if runes := []rune(string(text)); len(runes) > enough {
		return string(runes[:enough]) + "…"
	}
	return string(text)
}
