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

// progress prints the engine's events: a line for each completed change, and one for each new status of a resource.
// Errors are collected for the end of the output, where people look for them.
type progress struct {
	out        io.Writer
	summary    Summary
	errors     []string
	startTimes map[string]time.Time
	lastStatus map[string]string // the last status printed, by URN
}

func newProgress(out io.Writer) *progress {
	return &progress{out: out, startTimes: map[string]time.Time{}, lastStatus: map[string]string{}}
}

var opSymbols = map[apitype.OpType]string{
	apitype.OpCreate: "+", apitype.OpImport: "+", apitype.OpUpdate: "~", apitype.OpReplace: "±", apitype.OpDelete: "-",
}

func (p *progress) handle(event events.EngineEvent) {
	switch {
	case event.Error != nil:
		p.errors = append(p.errors, fmt.Sprintf("read the engine's events: %v", event.Error))
	case event.ResourcePreEvent != nil:
		p.startTimes[event.ResourcePreEvent.Metadata.URN] = time.Now()
	case event.ResOutputsEvent != nil:
		p.stepFinished(event.ResOutputsEvent.Metadata)
	case event.DiagnosticEvent != nil:
		p.diagnostic(event.DiagnosticEvent)
	}
}

func (p *progress) stepFinished(step apitype.StepEventMetadata) {
	// Only resources in a cloud are printed, not providers and components.
	if strings.HasPrefix(step.Type, "pulumi:providers:") || !isCustomResource(step) {
		return
	}
	completed, change := p.summary.count(step)
	if !change {
		return
	}
	elapsed := ""
	if d := time.Since(p.startTimes[step.URN]); d > time.Second && d < 24*time.Hour {
		elapsed = fmt.Sprintf("  %.1fs", d.Seconds())
	}
	fmt.Fprintf(p.out, "  %s %s %s%s\n", opSymbols[completed.Op], completed.Kind(), completed.Name, elapsed)
}

func isCustomResource(step apitype.StepEventMetadata) bool {
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
		subject = typeName(string(urn.Type())) + " " + urn.Name() + ": "
	}
	switch {
	case d.Ephemeral:
		if p.lastStatus[d.URN] != message {
			p.lastStatus[d.URN] = message
			fmt.Fprintf(p.out, "    %s%s\n", subject, message)
		}
	case d.Severity == "error":
		p.errors = append(p.errors, subject+message)
	case d.Severity == "warning":
		p.summary.Warnings = append(p.summary.Warnings, subject+message)
		fmt.Fprintf(p.out, "  ! %s%s\n", subject, message)
	case d.Severity == "info" || d.Severity == "info#err":
		fmt.Fprintf(p.out, "    %s%s\n", subject, message)
	}
}

// typeName returns the last part of a type token: Deployment for kubernetes:apps/v1:Deployment.
func typeName(token string) string { return token[strings.LastIndex(token, ":")+1:] }
