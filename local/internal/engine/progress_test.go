package engine

import (
	"bytes"
	"errors"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/stretchr/testify/require"
)

const web = "urn:pulumi:gke::modelferry::modelferry:services:ModelService$kubernetes:apps/v1:Deployment::bankchurn-predictor"

func step(op apitype.OpType, urn, typ string, custom bool) events.EngineEvent {
	state := &apitype.StepEventStateMetadata{Custom: custom}
	return events.EngineEvent{EngineEvent: apitype.EngineEvent{ResOutputsEvent: &apitype.ResOutputsEvent{
		Metadata: apitype.StepEventMetadata{Op: op, URN: urn, Type: typ, New: state},
	}}}
}

func diagnostic(severity, urn, message string, ephemeral bool) events.EngineEvent {
	return events.EngineEvent{EngineEvent: apitype.EngineEvent{DiagnosticEvent: &apitype.DiagnosticEvent{
		URN: urn, Message: message, Severity: severity, Ephemeral: ephemeral,
	}}}
}

func TestProgress(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(&out)
	for _, event := range []events.EngineEvent{
		step(apitype.OpCreate, web, "kubernetes:apps/v1:Deployment", true),
		step(apitype.OpSame, web, "kubernetes:apps/v1:Deployment", true),
		step(apitype.OpCreate, "urn:pulumi:gke::modelferry::modelferry:services:ModelService::bankchurn", "modelferry:services:ModelService", false),
		step(apitype.OpCreate, "urn:pulumi:gke::modelferry::pulumi:providers:gcp::gcp", "pulumi:providers:gcp", true),
		step(apitype.OpCreateReplacement, web, "kubernetes:apps/v1:Deployment", true),
		step(apitype.OpReplace, web, "kubernetes:apps/v1:Deployment", true),
		step(apitype.OpDeleteReplaced, web, "kubernetes:apps/v1:Deployment", true),
		diagnostic("info", web, "Available: 0/1", true),
		diagnostic("info", web, "Available: 0/1", true),
		diagnostic("warning", "", "<{%bold%}>careful<{%reset%}>\n", false),
		diagnostic("error", web, "1 error occurred:\n\t* Deployment ml/web failed:\n  pod a: exit code 4\n\n", false),
		diagnostic("error", "urn:pulumi:gke::modelferry::pulumi:pulumi:Stack::modelferry-gke", "update failed", false),
	} {
		p.handle(event)
	}
	require.Equal(t, `  + Deployment bankchurn-predictor
  ± Deployment bankchurn-predictor
    Deployment bankchurn-predictor: Available: 0/1
  ! careful
`, out.String())
	require.Equal(t, "1 created, 1 replaced, 1 unchanged", p.summary.String())
	require.Len(t, p.summary.Steps, 2)
	require.EqualError(t, p.runError(errors.New("exit status 255")),
		"Deployment bankchurn-predictor: Deployment ml/web failed:\n  pod a: exit code 4")
}

func TestRunError_withoutEvents(t *testing.T) {
	p := newProgress(&bytes.Buffer{})
	const said = "failed to run update: exit status 255\ncode: 255\nstdout: \nstderr: error: no stack named 'x'\n"
	err := p.runError(errors.New(said))
	require.EqualError(t, err, "no stack named 'x'")
	require.Equal(t, "no resources", p.summary.String())
}
