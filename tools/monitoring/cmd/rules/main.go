// Command rules prints the rule files of a folder as one object of Kubernetes: a PrometheusRule of the Prometheus
// Operator, or ClusterRules of Google's managed Prometheus.
//
// usage: rules [-kind KIND] [-name NAME] [-namespace NAMESPACE] [-label KEY=VALUE]… DIR
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/modelferry/modelferry/tools/monitoring/rulefile"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "rules: %v\n", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	flags := flag.NewFlagSet("rules", flag.ExitOnError)
	kind := flags.String("kind", "PrometheusRule", "`KIND` of the object: "+strings.Join(rulefile.Kinds(), " or "))
	meta := rulefile.Meta{Labels: map[string]string{}}
	flags.StringVar(&meta.Name, "name", "modelferry", "`NAME` of the object")
	flags.StringVar(&meta.Namespace, "namespace", "", "`NAMESPACE` of a PrometheusRule")
	flags.Func("label", "`KEY=VALUE` of the object; may be repeated", func(label string) error {
		key, value, found := strings.Cut(label, "=")
		if !found {
			return errors.New("must be KEY=VALUE")
		}
		meta.Labels[key] = value
		return nil
	})
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return errors.New("need one argument, the folder of the rule files")
	}
	groups, err := rulefile.Read(flags.Arg(0))
	if err != nil {
		return err
	}
	object, err := rulefile.Object(*kind, meta, groups)
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(object)
	return err
}
