package deploy

import "strings"

// event has the fields of an engine event that are printed.
// https://github.com/pulumi/pulumi/blob/v3.274.1/sdk/go/common/apitype/events.go
type event struct {
	Pre        *stepEvent       `json:"resourcePreEvent"`
	Outputs    *stepEvent       `json:"resOutputsEvent"`
	Diagnostic *diagnosticEvent `json:"diagnosticEvent"`
}

type stepEvent struct {
	Metadata step `json:"metadata"`
}

// step is an operation of a resource.
type step struct {
	Op   string         `json:"op"`
	URN  string         `json:"urn"`
	Type string         `json:"type"`
	Old  *resourceState `json:"old"`
	New  *resourceState `json:"new"`
}

type resourceState struct {
	// Custom is true for a resource of a provider, and false for a component.
	Custom bool `json:"custom"`
}

type diagnosticEvent struct {
	URN       string `json:"urn"`
	Message   string `json:"message"`
	Severity  string `json:"severity"`
	Ephemeral bool   `json:"ephemeral"`
}

// opSymbols are the symbols of the operations that change a resource. The other steps of a replacement have none.
var opSymbols = map[string]string{"create": "+", "import": "+", "update": "~", "replace": "±", "delete": "-"}

// isChange reports whether the step changes a resource of a provider.
func (s step) isChange() bool {
	state := s.New
	if state == nil {
		state = s.Old
	}
	return opSymbols[s.Op] != "" && state != nil && state.Custom && !strings.HasPrefix(s.Type, "pulumi:providers:")
}

// resourceName returns the kind and the name of a resource, such as "Deployment bankchurn".
// https://www.pulumi.com/docs/iac/concepts/resources/names/#urns
func resourceName(urn string) string {
	parts := strings.SplitN(urn, "::", 4)
	if len(parts) < 4 {
		return ""
	}
	types, name := parts[2], parts[3]
	return types[strings.LastIndexAny(types, ":$")+1:] + " " + name
}
