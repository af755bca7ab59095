package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/modelferry/modelferry/cli/internal/cluster"
	"github.com/modelferry/modelferry/cli/internal/exitcode"
	"github.com/modelferry/modelferry/cli/internal/status"
	"github.com/modelferry/modelferry/cli/stackfile"
)

// errDiffers means that the pods of a service do not serve what the stack's file asks for.
var errDiffers = errors.New("wanted and running versions differ")

// watchInterval is the time between two reads of status --watch.
const watchInterval = 2 * time.Second

func statusCommand() *cobra.Command {
	var stacks []string
	var watch bool
	var connection cluster.Connection
	cmd := &cobra.Command{
		Use:   "status [SERVICE...]",
		Short: "Compare what runs with what the stack files ask for",
		Long: "Show for each service of the stacks the wanted digest, from the stack's file, and the running one, as the fetchers\n" +
			"of the pods have reported it; how its bytes were verified and signed; the pods; the seconds of the longest download;\n" +
			"and the age of the rollout. The exit code is 1 if a service does not run what is wanted.\n\n" +
			"The cluster is that of the stack's output kubeconfig, which needs the cloud's token command.",
		Example: "  modelferry status\n" +
			"  modelferry status bankchurn --stack gke --watch\n" +
			"  modelferry status -o json | jq '.[].services[] | select(.inSync | not)'",
	}
	cmd.Flags().StringSliceVarP(&stacks, "stack", "s", nil, "`STACK`; may be repeated (default: every stack with a file)")
	cmd.Flags().BoolVarP(&watch, "watch", "w", false, "refresh until an interrupt")
	cmd.Flags().StringVar(&connection.Kubeconfig, "kubeconfig", "", "`FILE` of the cluster, in place of the stack's output")
	cmd.Flags().StringVar(&connection.Context, "context", "", "`CONTEXT` of the kubeconfig")
	cmd.RunE = func(cmd *cobra.Command, services []string) error {
		root, err := findRoot()
		if err != nil {
			return err
		}
		if len(stacks) == 0 {
			stacks = stackfile.Stacks(root)
		}
		if (connection != cluster.Connection{}) && len(stacks) != 1 {
			return exitcode.WithCode(exitcode.Invalid, errors.New("--kubeconfig and --context need one --stack: they select its cluster"))
		}
		readers, err := newStatusReaders(cmd.Context(), root, stacks, services, connection)
		if err != nil {
			return err
		}
		if watch {
			return watchStatus(cmd, readers)
		}
		return printStatus(cmd, readStatus(cmd.Context(), readers))
	}
	return cmd
}

// statusReader returns the state of a stack.
type statusReader func(ctx context.Context) status.Stack

// newStatusReaders reads the stacks' files and returns a reader for each. A cluster that cannot be reached is in the
// state of its stack, so that the others are shown.
func newStatusReaders(
	ctx context.Context, root string, stacks, services []string, connection cluster.Connection,
) ([]statusReader, error) {
	var readers []statusReader
	for _, stack := range stacks {
		file, err := stackfile.Open(root, stack)
		if err != nil {
			return nil, err
		}
		c, err := file.Config()
		if err != nil {
			return nil, err
		}
		if err := status.CheckServices(c, services); err != nil {
			return nil, exitcode.WithCode(exitcode.NotFound, err)
		}
		client, openErr := cluster.Open(ctx, connection, root, stack)
		readers = append(readers, func(ctx context.Context) status.Stack {
			err := openErr
			var state status.Stack
			if err == nil {
				state, err = status.Read(ctx, client, stack, c, services)
			}
			if err != nil {
				return status.Stack{Name: stack, Services: []status.Service{}, Error: err.Error()}
			}
			return state
		})
	}
	return readers, nil
}

func readStatus(ctx context.Context, readers []statusReader) []status.Stack {
	states := []status.Stack{}
	for _, read := range readers {
		states = append(states, read(ctx))
	}
	return states
}

// printStatus prints the states, and returns errDiffers if one differs from its file.
func printStatus(cmd *cobra.Command, states []status.Stack) error {
	err := writeResult(cmd, states, func(out io.Writer) error { return status.WriteTable(out, states, time.Now()) })
	if err != nil {
		return err
	}
	for _, state := range states {
		if !state.InSync {
			return fmt.Errorf("stack %s: %w", state.Name, errDiffers)
		}
	}
	return nil
}

// clearScreen moves the cursor of a terminal to the top left and erases the screen.
// https://invisible-island.net/xterm/ctlseqs/ctlseqs.html
const clearScreen = "\x1b[H\x1b[2J"

// watchStatus prints the states until an interrupt, on a terminal in place, otherwise when they have changed. Its
// result is that of the last read.
func watchStatus(cmd *cobra.Command, readers []statusReader) error {
	inPlace := isTerminal(cmd.OutOrStdout()) && !wantsJSON(cmd)
	var last []status.Stack
	var result error
	for {
		states := readStatus(cmd.Context(), readers)
		if cmd.Context().Err() != nil {
			return result
		}
		if inPlace || !reflect.DeepEqual(states, last) {
			if inPlace {
				fmt.Fprint(cmd.OutOrStdout(), clearScreen)
			}
			result, last = printStatus(cmd, states), states
		}
		select {
		case <-cmd.Context().Done():
			return result
		case <-time.After(watchInterval):
		}
	}
}

// isTerminal reports whether a reader or writer is a terminal.
func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
