package engine

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
)

// RunError is a run that the engine ended with errors, in the engine's and the providers' own words.
type RunError struct{ Errors []string }

func (f *RunError) Error() string {
	if len(f.Errors) == 1 {
		return f.Errors[0]
	}
	return fmt.Sprintf("%d errors\n%s", len(f.Errors), strings.Join(f.Errors, "\n"))
}

// summaryMessage are the engine's last words, which only say that there were others.
var summaryMessage = regexp.MustCompile(`^(\S+ \S+: )?(update|preview|refresh|destroy) failed$`)

// multierrorPrefix is how the engine begins the one reason of a resource that did not come up.
var multierrorPrefix = regexp.MustCompile(`1 error occurred:\s+\* `)

// runError puts together what was reported while the run went on, or else what the CLI itself wrote.
func (p *progress) runError(err error) error {
	var messages []string
	for _, message := range p.errors {
		if !summaryMessage.MatchString(message) {
			messages = append(messages, multierrorPrefix.ReplaceAllString(message, ""))
		}
	}
	if len(messages) == 0 {
		return cliError(err)
	}
	return &RunError{Errors: messages}
}

// stderrPattern finds the CLI's error output in an error of the Automation API, which holds all its output.
var stderrPattern = regexp.MustCompile(`(?s)\nstderr: (.*)$`)

// cliError is an error of the Automation API without the parts that only repeat.
func cliError(err error) error {
	match := stderrPattern.FindStringSubmatch(err.Error())
	if match == nil || strings.TrimSpace(match[1]) == "" {
		return err
	}
	message := strings.TrimSpace(colors.Never.Colorize(match[1]))
	return errors.New(strings.TrimPrefix(message, "error: "))
}
