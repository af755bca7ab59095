package deploy

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
	"time"
)

// progress prints the engine's events: a line for each change and each warning. Errors are collected for the end.
type progress struct {
	out io.Writer

	mu      sync.Mutex // guards out
	started map[string]time.Time
	counts  map[string]int // by operation
	errors  []string
}

func newProgress(out io.Writer) *progress {
	return &progress{out: out, started: map[string]time.Time{}, counts: map[string]int{}}
}

func (p *progress) printf(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.out, format+"\n", args...)
}

// read prints the events until their end. A line that is no event is printed as it is.
func (p *progress) read(events io.Reader) error {
	reader := bufio.NewReader(events) // a line with a ConfigMap may be long
	for {
		line, err := reader.ReadBytes('\n')
		if line = bytes.TrimSpace(line); len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) == nil {
				p.handle(e)
			} else {
				p.printf("  %s", line)
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("events of pulumi up: %w", err)
		}
	}
}

func (p *progress) handle(e event) {
	switch {
	case e.Pre != nil:
		p.started[e.Pre.Metadata.URN] = time.Now()
	case e.Outputs != nil:
		s := e.Outputs.Metadata
		if !s.isChange() {
			return
		}
		p.counts[s.Op]++
		elapsed := ""
		if started, ok := p.started[s.URN]; ok && time.Since(started) > time.Second {
			elapsed = fmt.Sprintf("  %.1f s", time.Since(started).Seconds())
		}
		p.printf("  %s %s%s", opSymbols[s.Op], resourceName(s.URN), elapsed)
	case e.Diagnostic != nil && !e.Diagnostic.Ephemeral:
		p.diagnostic(*e.Diagnostic)
	}
}

// colorDirective matches the engine's directives of colours, which the CLI leaves in events of some versions.
var colorDirective = regexp.MustCompile(`<\{%[^%]*%\}>`)

// ambientPlugin matches the engine's hint that a plugin comes from PATH, as those of the local cloud do.
var ambientPlugin = regexp.MustCompile(`^using pulumi-\S+ from \$PATH at `)

func (p *progress) diagnostic(d diagnosticEvent) {
	message := strings.TrimSpace(colorDirective.ReplaceAllString(d.Message, ""))
	if message == "" {
		return
	}
	if name := resourceName(d.URN); name != "" && !strings.HasPrefix(name, "Stack ") {
		message = name + ": " + message
	}
	switch d.Severity {
	case "error":
		p.errors = append(p.errors, message)
	case "warning":
		if !ambientPlugin.MatchString(message) {
			p.printf("  ! %s", message)
		}
	}
}

// summary returns, for example, "1 created, 1 updated".
func (p *progress) summary() string {
	var parts []string
	for _, part := range []struct{ op, text string }{
		{"create", "created"}, {"import", "imported"}, {"update", "updated"}, {"replace", "replaced"}, {"delete", "deleted"},
	} {
		if count := p.counts[part.op]; count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count, part.text))
		}
	}
	if len(parts) == 0 {
		return "no changes"
	}
	return strings.Join(parts, ", ")
}

var (
	// summaryMessage matches errors that follow from another one: the engine's last, and that of the program, whose
	// resources are not registered any more.
	summaryMessage = regexp.MustCompile(`^(\S+ \S+: )?update failed$|(?s)^an unhandled error occurred.*resource monitor shut down`)
	// multierrorPrefix matches what the engine writes before the single error of a resource that did not become ready.
	multierrorPrefix = regexp.MustCompile(`1 error occurred:\s+\* `)
)

// updateError returns the engine's errors, or else the error of the CLI, which is the context's after an interrupt.
func (p *progress) updateError(err error) error {
	var messages []string
	for _, message := range p.errors {
		if !summaryMessage.MatchString(message) {
			messages = append(messages, multierrorPrefix.ReplaceAllString(message, ""))
		}
	}
	if len(messages) == 0 {
		return fmt.Errorf("pulumi up: %w", err)
	}
	// The CLI's error is kept for errors.Is: an interrupted update has errors of the engine, too.
	return &engineError{strings.Join(messages, "\n"), err}
}

// engineError has the errors of the engine in an update.
type engineError struct {
	message string
	cause   error
}

func (e *engineError) Error() string { return "pulumi up: " + e.message }
func (e *engineError) Unwrap() error { return e.cause }
