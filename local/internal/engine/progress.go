package engine

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// progress turns the engine's events into lines for a person: one when a change is done, one when what a
// resource waits for changes. Errors are kept for the end, where a person looks for them.
type progress struct {
	out     io.Writer
	summary Summary
	errors  []string
	begun   map[string]time.Time
	status  map[string]string // the last status shown, by URN
}

func newProgress(out io.Writer) *progress {
	return &progress{out: out, begun: map[string]time.Time{}, status: map[string]string{}}
}

var signs = map[apitype.OpType]string{
	apitype.OpCreate: "+", apitype.OpImport: "+", apitype.OpUpdate: "~", apitype.OpReplace: "±", apitype.OpDelete: "-",
}

func (p *progress) show(event events.EngineEvent) {
	switch {
	case event.Error != nil:
		p.errors = append(p.errors, fmt.Sprintf("read the engine's events: %v", event.Error))
	case event.ResourcePreEvent != nil:
		p.begun[event.ResourcePreEvent.Metadata.URN] = time.Now()
	case event.ResOutputsEvent != nil:
		p.finished(event.ResOutputsEvent.Metadata)
	case event.DiagnosticEvent != nil:
		p.diagnostic(event.DiagnosticEvent)
	}
}

func (p *progress) finished(step apitype.StepEventMetadata) {
	// Providers are settings, components are folders: only what a cloud has is worth a line.
	if strings.HasPrefix(step.Type, "pulumi:providers:") || !custom(step) {
		return
	}
	done, change := p.summary.count(step.Op, resource.URN(step.URN))
	if !change {
		return
	}
	took := ""
	if d := time.Since(p.begun[step.URN]); d > time.Second && d < 24*time.Hour {
		took = fmt.Sprintf("  %.1fs", d.Seconds())
	}
	fmt.Fprintf(p.out, "  %s %s %s%s\n", signs[done.Op], kind(done.Type), done.Name, took)
}

func custom(step apitype.StepEventMetadata) bool {
	if step.New != nil {
		return step.New.Custom
	}
	return step.Old != nil && step.Old.Custom
}

func (p *progress) diagnostic(d *apitype.DiagnosticEvent) {
	message := strings.TrimSpace(colors.Never.Colorize(d.Message))
	if message == "" {
		return
	}
	urn := resource.URN(d.URN)
	subject := ""
	if d.URN != "" && urn.IsValid() {
		subject = kind(string(urn.Type())) + " " + urn.Name() + ": "
	}
	switch {
	case d.Ephemeral:
		if p.status[d.URN] != message {
			p.status[d.URN] = message
			fmt.Fprintf(p.out, "    %s%s\n", subject, message)
		}
	case d.Severity == "error":
		p.errors = append(p.errors, subject+message)
	case d.Severity == "warning":
		fmt.Fprintf(p.out, "  ! %s%s\n", subject, message)
	case d.Severity == "info" || d.Severity == "info#err":
		fmt.Fprintf(p.out, "    %s%s\n", subject, message)
	}
}

// kind is the last part of a type token: Deployment for kubernetes:apps/v1:Deployment.
func kind(token string) string { return token[strings.LastIndex(token, ":")+1:] }
