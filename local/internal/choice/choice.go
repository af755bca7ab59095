// Package choice records what the first make up of a stack has chosen. The choice holds until make down, so that a
// later make up without it continues with the same.
package choice

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/modelferry/modelferry/local/internal/paths"
)

// Choice is a choice among values.
type Choice struct {
	// Setting is what selects a value, as messages name it.
	Setting string
	// Noun is what the choice is about, for messages.
	Noun string
	// File is the name of the record in the stack's folder.
	File string
	// Values are the valid values. The first one is the default.
	Values []string
}

// Check returns an error if a value is not valid. An empty value selects none.
func (c Choice) Check(value string) error {
	if value == "" {
		return nil
	}
	for _, valid := range c.Values {
		if value == valid {
			return nil
		}
	}
	return fmt.Errorf("invalid %s %q: must be %s", c.Setting, value, strings.Join(c.Values, " or "))
}

// Resolve returns the value for a stack, without recording it: the recorded one, else the selected one, else the
// default. It is an error to select another value than the recorded one.
func (c Choice) Resolve(layout paths.Layout, selected string) (string, error) {
	if err := c.Check(selected); err != nil {
		return "", err
	}
	recorded, err := c.Recorded(layout)
	switch {
	case err != nil:
		return "", err
	case recorded == "" && selected == "":
		return c.Values[0], nil
	case recorded == "":
		return selected, nil
	case selected != "" && selected != recorded:
		return "", fmt.Errorf("invalid %s %q: the stack %s has the %s %q: run make down STACK=%s before you change it",
			c.Setting, selected, layout.Stack, c.Noun, recorded, layout.Stack)
	}
	return recorded, nil
}

// Record returns the value of Resolve, and records it.
func (c Choice) Record(layout paths.Layout, selected string) (string, error) {
	value, err := c.Resolve(layout, selected)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(layout.Dir(), 0o755); err != nil {
		return "", fmt.Errorf("%s: %w", c.Noun, err)
	}
	if err := os.WriteFile(c.record(layout), []byte(value), 0o644); err != nil {
		return "", fmt.Errorf("%s: %w", c.Noun, err)
	}
	return value, nil
}

// Recorded returns the recorded value of a stack, or "" if there is none.
func (c Choice) Recorded(layout paths.Layout) (string, error) {
	content, err := os.ReadFile(c.record(layout))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", c.Noun, err)
	}
	return string(content), nil
}

func (c Choice) record(layout paths.Layout) string { return filepath.Join(layout.Dir(), c.File) }
