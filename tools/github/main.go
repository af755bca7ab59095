// Command github does what the workflows in .github/workflows do with GitHub's API: it comments the plan on a pull
// request, opens and closes the issue about drift, and proposes a release as a pull request.
//
// The workflows call it by make targets. It reads the variables that GitHub sets in every job, and GITHUB_TOKEN.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

const usage = `usage: github COMMAND [FLAGS]

commands:
  comment -number FILE -body FILE
        write the body as the comment of the pull request whose number is in a file
  drift -stack STACK -dir DIR
        open, renew or close the issue about the drift of a stack
  propose -dir DIR
        commit the stack files in DIR to a branch and open a pull request
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout)
	stop()
	switch {
	case errors.Is(err, errUsage):
		fmt.Fprintf(os.Stderr, "github: %v\n%s", err, usage)
		os.Exit(2)
	case err != nil:
		fmt.Fprintf(os.Stderr, "github: %v\n", err)
		os.Exit(1)
	}
}

// errUsage is an error in the command line.
var errUsage = errors.New("invalid arguments")

func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	if len(args) == 0 {
		return fmt.Errorf("%w: a command is missing", errUsage)
	}
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	dir := flags.String("dir", "", "")
	stack := flags.String("stack", "", "")
	number, body := flags.String("number", "", ""), flags.String("body", "", "")
	if err := flags.Parse(args[1:]); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	c, err := newClient(getenv, out)
	if err != nil {
		return err
	}
	if flags.NArg() != 0 {
		return fmt.Errorf("%w: unexpected %q", errUsage, flags.Arg(0))
	}
	switch args[0] {
	case "comment":
		if *number == "" || *body == "" {
			return fmt.Errorf("%w: comment needs -number and -body", errUsage)
		}
		return commentPlan(ctx, c, getenv("GITHUB_EVENT_PATH"), *number, *body)
	case "drift":
		if *dir == "" || *stack == "" {
			return fmt.Errorf("%w: drift needs -stack and -dir", errUsage)
		}
		return reportDrift(ctx, c, *stack, *dir)
	case "propose":
		if *dir == "" {
			return fmt.Errorf("%w: propose needs -dir", errUsage)
		}
		return propose(ctx, c, *dir, getenv("GITHUB_SHA"))
	}
	return fmt.Errorf("%w: unknown command %q", errUsage, args[0])
}
