// Command fetcher downloads a service's model artifacts from GCS or S3 into a folder before the model server starts.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	_ "golang.org/x/crypto/x509roots/fallback" // CA roots: the image has no other file

	"github.com/modelferry/modelferry/fetcher/internal/fetch"
	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/report"
	"github.com/modelferry/modelferry/fetcher/request"
)

// version is set by the linker in a release.
var version string

func main() {
	// The model server may run as another user and must be able to read the files.
	syscall.Umask(0o022)
	os.Exit(run(os.Args[1:], os.LookupEnv, os.Stdout, os.Stderr))
}

// run runs the fetcher and returns the exit code.
func run(args []string, lookupEnv request.LookupEnv, stdout, stderr io.Writer) int {
	start := time.Now()
	flags := flag.NewFlagSet("fetcher", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	termination := flags.String("termination-log", "", "")
	showVersion := flags.Bool("version", false, "")
	explain := flags.Bool("explain", false, "")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return 0
	case err == nil && *showVersion:
		fmt.Fprintln(stdout, "fetcher", versionString())
		return 0
	case err == nil && flags.NArg() > 0:
		err = fmt.Errorf("unknown argument %q: the request is read from the environment, see --help", flags.Arg(0))
		fallthrough
	case err != nil:
		fmt.Fprintln(stderr, err)
		return fetcherr.InvalidConfig.ExitCode()
	}
	if *termination == "" {
		*termination, _ = lookupEnv("FETCH_TERMINATION_LOG")
	}
	// A signal cancels the context, so that the run can clean up. PID 1 has no default action for signals.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	log := report.NewLogger(stderr)
	req, err := request.FromEnv(lookupEnv)
	if *explain {
		if err == nil {
			err = fetch.Explain(ctx, req, openSource, log, stdout)
		}
		return explainExitCode(err, stderr)
	}
	var summary report.Summary
	if err == nil {
		summary, err = fetch.Run(ctx, req, openSource, log)
	}
	summary = summary.WithResult(err, time.Since(start))
	if err := report.Write(log, *termination, summary); err != nil {
		fmt.Fprintln(stderr, err)
	}
	return summary.ExitCode
}

// explainExitCode prints the error of --explain to stderr and returns the exit code that a run would return.
func explainExitCode(err error, stderr io.Writer) int {
	if err == nil {
		return 0
	}
	fmt.Fprintln(stderr, err)
	return fetcherr.KindOf(err).ExitCode()
}

func versionString() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
