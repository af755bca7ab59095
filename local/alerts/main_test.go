//go:build alerts

// Package alerts causes each alert of monitoring/rules on a local cloud with real model servers and Prometheus, and
// prints the time that it takes to fire:
//
//	make e2e-alerts STACK=eks
//
// The rules are those of a real cluster, with their real times. So the causes run at the same time, each with a
// service: the alert of another service does not count. An alert has to be silent before its cause.
package alerts

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/modelferry/modelferry/local/internal/monitoring"
	"github.com/modelferry/modelferry/local/internal/paths"
)

var stackFlag = flag.String("stack", "eks", "the stack, which is up with SERVERS=real MONITORING=1")

// namespace of the services.
const namespace = "ml-portfolio"

// stack is the running stack.
type stack struct {
	paths.Layout
	client     *kubernetes.Clientset
	prometheus prometheus
}

var running *stack

func TestMain(m *testing.M) {
	flag.Parse()
	var err error
	if running, err = openStack(context.Background(), *stackFlag); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// openStack connects to a stack that is up.
func openStack(ctx context.Context, name string) (*stack, error) {
	root, err := paths.FindRoot()
	if err != nil {
		return nil, err
	}
	layout, err := paths.New(root, name)
	if err != nil {
		return nil, err
	}
	urls, ok, err := monitoring.FindURLs(ctx, layout)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("the stack %s is not monitored: run make up STACK=%s SERVERS=real MONITORING=1", name, name)
	}
	config, err := clientcmd.BuildConfigFromFlags("", layout.Kubeconfig())
	if err != nil {
		return nil, err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	return &stack{layout, client, prometheus{urls.Prometheus}}, nil
}

// userCommand returns a command of a user in the repository, after eval "$(make -s env)".
func (s *stack) userCommand(args ...string) *exec.Cmd {
	shell := []string{"-euc", `exports="$("$1" env --stack "$2")"; eval "$exports"; shift 2; exec "$@"`, "sh", s.Bin("ferry"), s.Stack}
	return s.show(exec.Command("sh", append(shell, args...)...))
}

// ferry returns ferry with arguments.
func (s *stack) ferry(args ...string) *exec.Cmd { return s.show(exec.Command(s.Bin("ferry"), args...)) }

func (s *stack) show(cmd *exec.Cmd) *exec.Cmd {
	cmd.Dir, cmd.Stdout, cmd.Stderr = s.Root, os.Stdout, os.Stdout
	return cmd
}

// requireRun runs a command and requires that it succeeds.
func requireRun(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	require.NoError(t, cmd.Run(), "%s", cmd)
}
