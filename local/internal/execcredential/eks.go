package execcredential

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/modelferry/modelferry/local/internal/provider"
	"github.com/modelferry/modelferry/local/internal/provider/aws"
	"github.com/modelferry/modelferry/local/internal/secrets"
)

// EKS implements `aws [--region R] eks get-token --cluster-name NAME`. dir is the stack's folder, empty if it is not
// known. The cluster must have been created by the stack, or be the local cloud's existing cluster.
func EKS(out io.Writer, dir string, args []string) error {
	if dir == "" {
		return errNoStackDir
	}
	name, err := clusterName(args)
	if err != nil {
		return err
	}
	if _, err := provider.LookupCluster(dir, aws.ClusterType, name); err != nil {
		return err
	}
	token, err := secrets.ReadCallerToken(dir)
	if err != nil {
		return err
	}
	return writeToken(out, token)
}

// clusterName parses the arguments. Options may be before, between and after the two command words.
func clusterName(args []string) (string, error) {
	flags := flag.NewFlagSet("aws", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	name := flags.String("cluster-name", "", "")
	for _, ignored := range []string{"region", "profile", "output", "role-arn"} {
		flags.String(ignored, "", "")
	}
	var words []string
	for rest := args; len(rest) > 0; rest = flags.Args() {
		if err := flags.Parse(rest); err != nil {
			return "", fmt.Errorf("aws %s: the local cloud implements only `aws eks get-token --cluster-name NAME`: %w",
				strings.Join(args, " "), err)
		}
		if flags.NArg() == 0 {
			break
		}
		words = append(words, flags.Arg(0))
		if err := flags.Parse(flags.Args()[1:]); err != nil {
			return "", fmt.Errorf("aws %s: %w", strings.Join(args, " "), err)
		}
	}
	if strings.Join(words, " ") != "eks get-token" {
		return "", fmt.Errorf("aws %s: the local cloud implements only `aws eks get-token --cluster-name NAME`", strings.Join(args, " "))
	}
	if *name == "" {
		return "", errors.New("aws eks get-token: --cluster-name is missing")
	}
	return *name, nil
}
