package planreport

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// maxJSON limits the size of the reports that are read, in bytes: they may come from the code of a fork.
const maxJSON = 8 << 20

// document is a report in JSON.
type document struct {
	Report
	// Blocked is for scripts: it follows from the rest.
	Blocked bool `json:"blocked"`
}

// JSON returns the reports as a JSON list.
func JSON(reports ...Report) (string, error) {
	documents := []document{}
	for _, r := range reports {
		documents = append(documents, document{r, r.Blocked()})
	}
	content, err := json.MarshalIndent(documents, "", "  ")
	if err != nil {
		return "", fmt.Errorf("plan: %w", err)
	}
	return string(content) + "\n", nil
}

// ReadJSON reads reports that JSON has written. It trusts nothing in them: the operations have to be known, and
// Markdown and Text escape every text.
func ReadJSON(in io.Reader) ([]Report, error) {
	content, err := io.ReadAll(io.LimitReader(in, maxJSON+1))
	if err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	if len(content) > maxJSON {
		return nil, fmt.Errorf("plan: larger than %d MiB", maxJSON>>20)
	}
	var reports []Report
	if err := json.Unmarshal(content, &reports); err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	for _, r := range reports {
		if err := r.validate(); err != nil {
			return nil, fmt.Errorf("plan: %w", err)
		}
	}
	return reports, nil
}

func (r Report) validate() error {
	if r.Stack == "" || stackName(r.Stack) != r.Stack {
		return errors.New("invalid stack: must be lower-case letters, digits and -")
	}
	for _, section := range r.Sections {
		for _, change := range section.Changes {
			if !slices.Contains(ops, change.Op) {
				return fmt.Errorf("invalid operation %q: must be created, changed, replaced or deleted", change.Op)
			}
		}
	}
	return nil
}
