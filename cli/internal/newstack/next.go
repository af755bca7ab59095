package newstack

import (
	"fmt"
	"strings"
)

// NextSteps returns the commands that follow for a user: those of the first deployment.
func NextSteps(o Options) string {
	var b strings.Builder
	fmt.Fprintf(&b, "wrote Pulumi.%s.yaml. The commands of the first deployment:\n", o.Stack)
	for _, step := range []struct{ command, comment string }{
		{"pulumi stack init " + o.Stack, "once"},
		{"pulumi up -s " + o.Stack, "the platform"},
		{"make image REGISTRY=" + o.registry() + " STACK=" + o.Stack, "the fetcher"},
		{"modelferry release SERVICE model=FILE --image IMAGE@sha256:DIGEST --stack " + o.Stack, "each service"},
		{"pulumi up -s " + o.Stack, "the services"},
	} {
		fmt.Fprintf(&b, "  %s   # %s\n", step.command, step.comment)
	}
	return b.String()
}
