package engine

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
)

// RunError holds the errors of the engine and the providers in a failed operation.
type RunError struct{ Errors []string }

func (f *RunError) Error() string {
	if len(f.Errors) == 1 {
		return f.Errors[0]
	}
	return fmt.Sprintf("%d errors\n%s", len(f.Errors), strings.Join(f.Errors, "\n"))
}

// summaryMessage matches the engine's last error, which adds nothing to the others.
var summaryMessage = regexp.MustCompile(`^(\S+ \S+: )?(update|preview|refresh|destroy) failed$`)

// multierrorPrefix matches what the engine writes before the single error of a resource that did not become ready.
var multierrorPrefix = regexp.MustCompile(`1 error occurred:\s+\* `)

// runError returns the errors that were collected during the operation, or else the CLI's error output.
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

// stderrPattern matches the CLI's stderr in an error of the Automation API, which has all output.
var stderrPattern = regexp.MustCompile(`(?s)\nstderr: (.*)$`)

// cliError returns the CLI's stderr in an error of the Automation API, or else the error itself.
func cliError(err error) error {
	match := stderrPattern.FindStringSubmatch(err.Error())
	if match == nil || strings.TrimSpace(match[1]) == "" {
		return err
	}
	message := strings.TrimSpace(colors.Never.Colorize(match[1]))
	return errors.New(strings.TrimPrefix(message, "error: "))
}
