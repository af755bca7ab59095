package engine

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
)

// Failure is a run that the engine ended with errors, in the engine's and the providers' own words.
type Failure struct{ Errors []string }

func (f *Failure) Error() string {
	if len(f.Errors) == 1 {
		return f.Errors[0]
	}
	return fmt.Sprintf("%d errors\n%s", len(f.Errors), strings.Join(f.Errors, "\n"))
}

// closing are the engine's last words, which only say that there were others.
var closing = regexp.MustCompile(`^(\S+ \S+: )?(update|preview|refresh|destroy) failed$`)

// listed is how the engine begins the one reason of a resource that did not come up.
var listed = regexp.MustCompile(`1 error occurred:\s+\* `)

// failure puts together what was reported while the run went on, or else what the CLI itself wrote.
func (p *progress) failure(err error) error {
	var kept []string
	for _, message := range p.errors {
		if !closing.MatchString(message) {
			kept = append(kept, listed.ReplaceAllString(message, ""))
		}
	}
	if len(kept) == 0 {
		return concise(err)
	}
	return &Failure{Errors: kept}
}

// stderrPart finds the CLI's error output in an error of the Automation API, which holds all its output.
var stderrPart = regexp.MustCompile(`(?s)\nstderr: (.*)$`)

// concise is an error of the Automation API without the parts that only repeat.
func concise(err error) error {
	match := stderrPart.FindStringSubmatch(err.Error())
	if match == nil || strings.TrimSpace(match[1]) == "" {
		return err
	}
	message := strings.TrimSpace(colors.Never.Colorize(match[1]))
	return errors.New(strings.TrimPrefix(message, "error: "))
}
