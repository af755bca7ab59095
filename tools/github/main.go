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
  comment -dir DIR -body FILE
        write FILE as the comment of the pull request that the plans in DIR belong to
  drift -stack STACK -dir DIR
        open, renew or close the issue about the drift of a stack
  propose -branch BRANCH -title TITLE -body FILE FILE …
        commit files to a branch and open a pull request
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
	branch, title, body := flags.String("branch", "", ""), flags.String("title", "", ""), flags.String("body", "", "")
	if err := flags.Parse(args[1:]); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	c, err := newClient(getenv, out)
	if err != nil {
		return err
	}
	switch args[0] {
	case "comment":
		if *dir == "" || *body == "" || flags.NArg() != 0 {
			return fmt.Errorf("%w: comment needs -dir and -body", errUsage)
		}
		return commentPlan(ctx, c, getenv("GITHUB_EVENT_PATH"), *dir, *body)
	case "drift":
		if *dir == "" || *stack == "" || flags.NArg() != 0 {
			return fmt.Errorf("%w: drift needs -stack and -dir", errUsage)
		}
		return reportDrift(ctx, c, *stack, *dir)
	case "propose":
		if *branch == "" || *title == "" || *body == "" || flags.NArg() == 0 {
			return fmt.Errorf("%w: propose needs -branch, -title, -body and files", errUsage)
		}
		return propose(ctx, c, proposal{
			branch: *branch, title: *title, bodyFile: *body, files: flags.Args(), commit: getenv("GITHUB_SHA"),
		})
	}
	return fmt.Errorf("%w: unknown command %q", errUsage, args[0])
}
