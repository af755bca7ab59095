package config_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// bound is the range of the values of a key, both ends included.
type bound struct {
	// stack whose cloud has the range, "" for every cloud that supports the key.
	stack string
	// key in the form of schema.Keys.
	key string
	// lowest and highest value; unlimited for none. Durations are in nanoseconds, sizes in bytes.
	lowest, highest int64
	// step between two values, 1 if it is not set.
	step int64
	// orZero means that 0 is valid, too, for "none".
	orZero bool
	// format of the value, for a quantity or a size, such as %dMi. Without it, the type of the key decides.
	format string
	// sized returns a text or list of a length, for a range of lengths.
	sized func(length int) any
	// set has the values of other keys that the range depends on.
	set map[string]any
}

const unlimited = int64(-1 << 62)

// value returns a value in the form of the config.
func (b bound) value(n int64) any {
	switch {
	case b.sized != nil:
		return b.sized(int(n))
	case b.format != "":
		return fmt.Sprintf(b.format, n)
	case keyType(b.key) == reflect.TypeFor[time.Duration]():
		return time.Duration(n).String()
	}
	return n
}

// keyType returns the type of the value of a key.
func keyType(path string) reflect.Type {
	for _, key := range stackKeys() {
		if key.Path == path {
			return key.Type
		}
	}
	return nil
}

// Each bound is tested at, below and above. A range without a bound accepts values far beyond.
func TestBounds(t *testing.T) {
	for _, b := range bounds {
		step := max(b.step, 1)
		cases := map[int64]bool{}
		if b.lowest != unlimited {
			cases[b.lowest-step], cases[b.lowest], cases[b.lowest+step] = false, true, b.lowest != b.highest
		} else {
			cases[-1<<30] = true
		}
		if b.highest != unlimited {
			cases[b.highest-step], cases[b.highest], cases[b.highest+step] = b.lowest != b.highest, true, false
		} else {
			cases[1<<30*step] = true
		}
		if b.orZero {
			cases[-1], cases[0] = false, true
		}
		for _, stack := range (charset{stack: b.stack, key: b.key}).stacks() {
			for n, want := range cases {
				if b.sized != nil && n < 1 {
					continue // rules about missing values
				}
				value := b.value(n)
				name := fmt.Sprintf("%s/%.20v/%d/%s", b.key, value, n, stack)
				t.Run(name, func(t *testing.T) { require.Equal(t, want, accepts(t, stack, b.key, value, b.set), value) })
			}
		}
	}
}

// Every number and duration has a row on each cloud.
func TestBounds_coverEveryKey(t *testing.T) {
	rows := map[string]bool{}
	for _, b := range bounds {
		for _, stack := range (charset{stack: b.stack, key: b.key}).stacks() {
			rows[stack+" "+b.key] = true
		}
	}
	numbers := 0
	var missing []string
	for _, key := range stackKeys() {
		if key.Type.Kind() != reflect.Int && key.Type != reflect.TypeFor[time.Duration]() {
			continue
		}
		numbers++
		for _, stack := range repositoryStacks {
			if key.SupportedOn(stack) && !rows[stack+" "+key.Path] {
				missing = append(missing, stack+" "+key.Path)
			}
		}
	}
	require.Greater(t, numbers, 25, "the keys were not read")
	require.Empty(t, missing, "add rows to bounds")
}

// Every text that may not be of any length has a row on each cloud.
func TestBounds_coverEveryLength(t *testing.T) {
	rows := map[string]bool{}
	for _, b := range bounds {
		for _, stack := range (charset{stack: b.stack, key: b.key}).stacks() {
			rows[stack+" "+b.key] = rows[stack+" "+b.key] || b.sized != nil
		}
	}
	limited := 0
	var missing []string
	for _, c := range charsets {
		value, isText := c.value.(string)
		// The first letter or digit that fits says nothing about its repetition in a number, an address or a time.
		if !isText || !strings.Contains(c.allowed, "a-z") {
			continue
		}
		for _, stack := range c.stacks() {
			if !accepts(t, stack, c.key, insert(value, strings.Repeat("a", 2000)), c.set) {
				limited++
				if !rows[stack+" "+c.key] {
					missing = append(missing, stack+" "+c.key)
				}
			}
		}
	}
	require.Greater(t, limited, 20, "the texts were not long")
	require.Empty(t, missing, "these have a limit of their length: add rows to bounds")
}
