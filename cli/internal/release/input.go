package release

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/modelferry/modelferry/cli/internal/exitcode"
	"github.com/modelferry/modelferry/config"
)

// Input is an artifact to release.
type Input struct {
	// Artifact is the name in the catalogue.
	Artifact string
	// Source is the path of a file or folder, or the URI of a model in a registry.
	Source string
}

var (
	named = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9._-]*)=(.+)$`)
	// nextNamed is a comma before another NAME=.
	nextNamed = regexp.MustCompile(`,([A-Za-z0-9][A-Za-z0-9._-]*=)`)
)

// ParseInputs parses the arguments FILE, which is the model, and ARTIFACT=FILE, also several of them with commas.
func ParseInputs(args []string) ([]Input, error) {
	var inputs []Input
	seen := map[string]bool{}
	for _, arg := range args {
		parts := []string{arg}
		if named.MatchString(arg) {
			parts = strings.Split(nextNamed.ReplaceAllString(arg, "\x00$1"), "\x00")
		}
		for _, part := range parts {
			input := Input{Artifact: config.ModelArtifact, Source: part}
			if match := named.FindStringSubmatch(part); match != nil {
				input = Input{Artifact: match[1], Source: match[2]}
			}
			if input.Source == "" || seen[input.Artifact] {
				return nil, exitcode.WithCode(exitcode.Invalid,
					fmt.Errorf("invalid argument %q: must be FILE, or ARTIFACT=FILE with every artifact once", part))
			}
			seen[input.Artifact] = true
			inputs = append(inputs, input)
		}
	}
	return inputs, nil
}
