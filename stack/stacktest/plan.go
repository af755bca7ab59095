package stacktest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Plan returns the registrations of a first preview as text for a review: one block for each resource, sorted by type
// and name. An unknown value is written as Unknown followed by its value in the update of the same stack, so that
// policies can be reviewed.
func Plan(preview, update *Record) (string, error) {
	registrations := slices.Clone(preview.Registrations)
	slices.SortFunc(registrations, func(a, b Registration) int {
		return strings.Compare(a.String()+" "+a.URN, b.String()+" "+b.URN)
	})
	var blocks []string
	for _, registration := range registrations {
		updated, _ := update.ByURN(registration.URN)
		inputs, err := formatInputs(registration.Inputs, updated.Inputs)
		if err != nil {
			return "", fmt.Errorf("%s: %w", registration, err)
		}
		block := registration.String() + "\n"
		for _, line := range [][2]string{
			{"parent", withLeadingSpace(preview.describe(registration.Parent))},
			{"provider", withLeadingSpace(preview.describe(registration.ProviderURN()))},
			{"options", withLeadingSpace(strings.Join(registration.describeOptions(), ", "))},
			{"inputs", inputs},
		} {
			if line[1] != "" {
				block += "  " + line[0] + ":" + line[1] + "\n"
			}
		}
		blocks = append(blocks, block)
	}
	return strings.Join(blocks, "\n"), nil
}

// withLeadingSpace returns a text with a space in front, and an empty text as it is.
func withLeadingSpace(text string) string {
	if text == "" {
		return ""
	}
	return " " + text
}

// describe returns the type and name of a resource. It returns an empty text for the stack, which is not recorded.
func (r *Record) describe(urn string) string {
	registration, ok := r.ByURN(urn)
	if !ok {
		return ""
	}
	return registration.String()
}

// describeOptions returns the resource options as phrases.
func (r Registration) describeOptions() []string {
	var options []string
	if r.Protect {
		options = append(options, "protected")
	}
	if r.RetainOnDelete {
		options = append(options, "retained on delete")
	}
	for _, path := range r.IgnoreChanges {
		options = append(options, "ignores changes of "+path)
	}
	for _, urn := range r.Aliases {
		options = append(options, "formerly "+urn)
	}
	if r.CreateTimeout != "" || r.UpdateTimeout != "" {
		options = append(options, fmt.Sprintf("waits %s to create, %s to update", r.CreateTimeout, r.UpdateTimeout))
	}
	return options
}

// formatInputs returns the inputs as indented YAML, an empty text if there are none.
func formatInputs(preview, update map[string]any) (string, error) {
	if len(preview) == 0 {
		return "", nil
	}
	var text bytes.Buffer
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	if err := encoder.Encode(mergeUnknowns(preview, update)); err != nil {
		return "", err
	}
	var indented strings.Builder
	for line := range strings.Lines(text.String()) {
		if line != "\n" {
			line = "    " + line
		}
		indented.WriteString(line)
	}
	return "\n" + strings.TrimRight(indented.String(), "\n"), nil
}

// mergeUnknowns adds the values of the update to the unknown ones of the preview. JSON documents are indented.
func mergeUnknowns(preview, update any) any {
	switch preview := preview.(type) {
	case map[string]any:
		known, _ := update.(map[string]any)
		merged := map[string]any{}
		for key, value := range preview {
			merged[key] = mergeUnknowns(value, known[key])
		}
		return merged
	case []any:
		known, _ := update.([]any)
		merged := make([]any, len(preview))
		for i, value := range preview {
			var updated any
			if i < len(known) {
				updated = known[i]
			}
			merged[i] = mergeUnknowns(value, updated)
		}
		return merged
	case float64:
		if integer := int64(preview); float64(integer) == preview {
			return integer // YAML would format the float 7776000 as 7.776e+06
		}
	case string:
		if preview != Unknown {
			return indentJSON(preview)
		}
		switch update := update.(type) {
		case nil, map[string]any, []any:
			return Unknown
		case string:
			if text := indentJSON(update); strings.Contains(text, "\n") {
				return Unknown + "\n" + text
			}
		}
		return fmt.Sprintf("%s %v", Unknown, update)
	}
	return preview
}

// indentJSON indents a text that is a JSON object or list, and returns any other text unchanged.
func indentJSON(text string) string {
	trimmed := strings.TrimSpace(text)
	if !strings.HasPrefix(trimmed, "{") && !strings.HasPrefix(trimmed, "[") {
		return text
	}
	var indented bytes.Buffer
	if json.Indent(&indented, []byte(trimmed), "", "  ") != nil {
		return text
	}
	return indented.String()
}
