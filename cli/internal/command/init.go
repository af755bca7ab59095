package command

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/cli/internal/exitcode"
	"github.com/modelferry/modelferry/cli/internal/newstack"
	"github.com/modelferry/modelferry/cli/stackfile"
	"github.com/modelferry/modelferry/config"
)

// initResult is the result of init.
type initResult struct {
	Stack   string `json:"stack"`
	File    string `json:"file"`
	Written bool   `json:"written"`
	// Content is that of the file.
	Content string `json:"content"`
}

func initCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Write the file of a new stack",
		Long: "init writes Pulumi.STACK.yaml for a new stack, with a release of each service in Pulumi.yaml that is not published\n" +
			"yet. On a terminal it asks for the values that no flag sets. It never changes an existing file.",
		Example: "  modelferry init\n" +
			"  modelferry init --cloud gke --project my-project --region europe-west1 --authorized-network 203.0.113.7/32\n" +
			"  modelferry init --cloud eks --stack prod --account 123456789012 --region eu-west-1 --existing-cluster main --dry-run",
		Args: cobra.NoArgs,
	}
	var o newstack.Options
	flags := cmd.Flags()
	cloud := flags.String("cloud", "", "`CLOUD` of the stack: gke or eks")
	flags.StringVarP(&o.Stack, "stack", "s", "", "`NAME` of the stack (default: the cloud)")
	flags.StringVar(&o.Project, "project", "", "`ID` of the Google Cloud project")
	flags.StringVar(&o.Account, "account", "", "`NUMBER` of the AWS account")
	flags.StringVar(&o.Region, "region", "", "`REGION` of the cloud")
	flags.StringVar(&o.Owner, "owner", "", "`TEAM` that owns the stack, a label of all resources")
	flags.StringVar(&o.CostCentre, "cost-centre", "", "cost `CENTRE`, a label of all resources")
	flags.StringVar(&o.Cluster, "cluster", "", "`NAME` of the cluster to create (default: "+newstack.DefaultCluster+")")
	flags.StringVar(&o.ExistingCluster, "existing-cluster", "", "`NAME` of a cluster to use instead of creating one")
	flags.StringVar(&o.MachineType, "machine-type", "", "machine `TYPE` of the nodes to create (default: depends on the cloud)")
	flags.StringSliceVar(&o.AuthorizedNetworks, "authorized-network", nil,
		"`CIDR` that may reach the API server of the cluster to create; may be repeated")
	flags.StringSliceVar(&o.Admins, "admin", nil,
		"`ARN` of a role or user that administers the EKS cluster to create; may be repeated")
	dryRun := flags.Bool("dry-run", false, "print the file instead of writing it")
	cmd.MarkFlagsMutuallyExclusive("cluster", "existing-cluster")
	_ = cmd.RegisterFlagCompletionFunc("cloud", // fails only for a flag that does not exist
		cobra.FixedCompletions(newstack.CloudNames(), cobra.ShellCompDirectiveNoFileComp))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		root, err := findRoot()
		if err != nil {
			return err
		}
		o.Cloud = config.Cloud(*cloud)
		o, content, err := newStackFile(cmd, root, o)
		if err != nil {
			return err
		}
		result := initResult{o.Stack, stackfile.DefaultPath(root, o.Stack), !*dryRun, string(content)}
		if *dryRun {
			return writeResult(cmd, result, func(out io.Writer) error { return writeAll(out, result.Content) })
		}
		if result.File, err = newstack.Write(root, o.Stack, content); err != nil {
			return exitcode.WithCode(exitcode.Invalid, err)
		}
		return writeResult(cmd, result, func(out io.Writer) error { return writeAll(out, newstack.NextSteps(o)) })
	}
	return cmd
}

func writeAll(out io.Writer, text string) error {
	_, err := io.WriteString(out, text)
	return err
}

// newStackFile returns the content of the stack's file. On a terminal it asks for what no flag sets, until it is valid.
func newStackFile(cmd *cobra.Command, root string, o newstack.Options) (newstack.Options, []byte, error) {
	questions := newstack.Questioner{
		In: bufio.NewReader(cmd.InOrStdin()), Out: cmd.ErrOrStderr(), Given: cmd.Flags().Changed,
		Exists:        func(stack string) bool { return slices.Contains(stackfile.Stacks(root), stack) },
		PublicAddress: func(ctx context.Context) (string, error) { return newstack.PublicAddress(ctx, newstack.AddressServer) },
	}
	interactive := isTerminal(cmd.InOrStdin()) && isTerminal(cmd.ErrOrStderr())
	for {
		asked := false
		if interactive {
			var err error
			if o, asked, err = questions.Ask(cmd.Context(), o); err != nil {
				return o, nil, exitcode.WithCode(exitcode.Invalid, err)
			}
		} else if o.Stack == "" {
			o.Stack = string(o.Cloud)
		}
		content, err := newstack.Render(root, o)
		var invalid *config.ValidationError
		if !asked || !errors.As(err, &invalid) {
			return o, content, err
		}
		if _, err := fmt.Fprintf(cmd.ErrOrStderr(), "%v\n\n", invalid); err != nil {
			return o, nil, err
		}
	}
}
