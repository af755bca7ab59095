package stacktest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Plan writes what a first preview registered for a person to read: one
// resource a block, sorted by type and name. A value that only the cloud can
// tell shows as Unknown, and beside it what the update, the same stack's run
// with everything known, made of it: so a policy can be reviewed.
func Plan(preview, update *Record) (string, error) {
	all := slices.Clone(preview.Registrations)
	slices.SortFunc(all, func(a, b Registration) int {
		return strings.Compare(a.String()+" "+a.URN, b.String()+" "+b.URN)
	})
	var blocks []string
	for _, each := range all {
		known, _ := update.ByURN(each.URN)
		inputs, err := formatInputs(each.Inputs, known.Inputs)
		if err != nil {
			return "", fmt.Errorf("%s: %w", each, err)
		}
		block := each.String() + "\n"
		for _, line := range [][2]string{
			{"parent", withLeadingSpace(preview.describe(each.Parent))},
			{"provider", withLeadingSpace(preview.describe(each.ProviderURN()))},
			{"options", withLeadingSpace(strings.Join(each.describeOptions(), ", "))},
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

// withLeadingSpace sets a text apart from what it follows, where there is one.
func withLeadingSpace(text string) string {
	if text == "" {
		return ""
	}
	return " " + text
}

// describe returns a resource's type and name; the stack itself is in no record.
func (r *Record) describe(urn string) string {
	each, ok := r.ByURN(urn)
	if !ok {
		return ""
	}
	return each.String()
}

// describeOptions are what the engine is told besides the inputs.
func (r Registration) describeOptions() []string {
	var all []string
	if r.Protect {
		all = append(all, "protected")
	}
	if r.RetainOnDelete {
		all = append(all, "retained on delete")
	}
	for _, path := range r.IgnoreChanges {
		all = append(all, "ignores changes of "+path)
	}
	if r.CreateTimeout != "" || r.UpdateTimeout != "" {
		all = append(all, fmt.Sprintf("waits %s to create, %s to update", r.CreateTimeout, r.UpdateTimeout))
	}
	return all
}

// formatInputs writes inputs as YAML below their heading, nothing where there are none.
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

// mergeUnknowns merges a value of a preview with the update's, and unfolds the JSON
// documents in both.
func mergeUnknowns(preview, update any) any {
	switch preview := preview.(type) {
	case map[string]any:
		known, _ := update.(map[string]any)
		whole := map[string]any{}
		for key, value := range preview {
			whole[key] = mergeUnknowns(value, known[key])
		}
		return whole
	case []any:
		known, _ := update.([]any)
		whole := make([]any, len(preview))
		for k, value := range preview {
			var its any
			if k < len(known) {
				its = known[k]
			}
			whole[k] = mergeUnknowns(value, its)
		}
		return whole
	case float64:
		if whole := int64(preview); float64(whole) == preview {
			return whole // YAML would write 7776000 as 7.776e+06
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

// indentJSON unfolds a text that is a JSON object or list; other text stays as it is.
func indentJSON(text string) string {
	trimmed := strings.TrimSpace(text)
	if !strings.HasPrefix(trimmed, "{") && !strings.HasPrefix(trimmed, "[") {
		return text
	}
	var unfolded bytes.Buffer
	if json.Indent(&unfolded, []byte(trimmed), "", "  ") != nil {
		return text
	}
	return unfolded.String()
}
