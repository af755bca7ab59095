package decode

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
var hooks = mapstructure.ComposeDecodeHookFunc(checkType, setDefaults, parseDuration)

// typeError is a value of the wrong type.
type typeError struct {
	value    any
	expected string
}

func (e *typeError) Error() string { return e.expected }

// checkType rejects a value whose type is not the type of the field. A number is accepted for a string (cpu: 1).
func checkType(from, to reflect.Value) (any, error) {
	value := from.Interface()
	number, isNumber := value.(json.Number)
	_, isString := value.(string)
	expected := ""
	switch to.Kind() {
	case reflect.Struct, reflect.Map:
		if from.Kind() != reflect.Map {
			expected = "must be an object with keys"
		}
	case reflect.Slice:
		if from.Kind() != reflect.Slice {
			expected = "must be a list"
		}
	case reflect.String:
		if from.Kind() == reflect.Bool {
			expected = "must be a string: put it in quotes"
		} else if !isString && !isNumber {
			expected = "must be a string"
		}
	case reflect.Int:
		if _, err := strconv.Atoi(number.String()); err != nil {
			expected = "must be a whole number"
		}
	case reflect.Bool:
		if from.Kind() != reflect.Bool {
			expected = "must be true or false"
		}
	}
	if expected != "" {
		return nil, &typeError{value, expected}
	}
	return value, nil
}

// setDefaults sets the defaults of a struct before the config's values are decoded into it. Afterwards, an explicit
// zero could not be distinguished from a key that is not set.
func setDefaults(from, to reflect.Value) (any, error) {
	if to.Kind() == reflect.Struct {
		if err := defaults.Set(to.Addr().Interface()); err != nil {
			return nil, err
		}
	}
	return from.Interface(), nil
}

// parseDuration parses durations in Go's notation. It rejects a number without a unit.
func parseDuration(from, to reflect.Value) (any, error) {
	if to.Type() != reflect.TypeFor[time.Duration]() {
		return from.Interface(), nil
	}
	if text, ok := from.Interface().(string); ok {
		if d, err := time.ParseDuration(text); err == nil {
			return d, nil
		}
	}
	return nil, &typeError{from.Interface(), `must be a duration such as "90s"`}
}

// shorten returns a short value unchanged, and the beginning of a long one as text.
func shorten(value any) any {
	const maxRunes = 60
	text, isText := value.(string)
	if !isText {
		content, err := json.Marshal(value)
		if err != nil {
			content = fmt.Append(nil, value)
		}
		text = string(content)
	}
	if runes := []rune(text); len(runes) > maxRunes {
		return string(runes[:maxRunes]) + "…"
	}
	return value
}
