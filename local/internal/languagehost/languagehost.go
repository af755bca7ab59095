// Package languagehost runs Pulumi programs in Go: it is a language host of the Pulumi engine. The local cloud uses it
// on machines without Pulumi's own, which belongs to an installation of Pulumi and is not a released Go module.
package languagehost

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/pulumi/pulumi/sdk/v3/go/common/constant"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/modelferry/modelferry/local/internal/provider"
)

// Program is the file name by which the engine finds the language host of Go programs.
const Program = "pulumi-language-go"

// host implements the calls that preview, up, refresh, destroy and import make.
// https://github.com/pulumi/pulumi/blob/v3.274.1/proto/pulumi/language.proto
type host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer

	// engine is the address of the engine's gRPC server.
	engine string
}

// Main serves the language host until the engine ends. The last of args is the engine's address.
func Main(args []string) error {
	return provider.Serve(args, func(server *grpc.Server, engine string) error {
		pulumirpc.RegisterLanguageRuntimeServer(server, host{engine: engine})
		return nil
	})
}

// GetPluginInfo returns the version of the plugin, which the engine requires.
func (host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: "1.0.0"}, nil
}

// GetRequiredPackages returns none: the engine finds the plugins when the program registers resources.
func (host) GetRequiredPackages(
	context.Context, *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	return &pulumirpc.GetRequiredPackagesResponse{}, nil
}

// Run builds the program, unless that was done before, and runs it. What it prints is in the engine's output.
func (h host) Run(ctx context.Context, req *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	executable, err := executableOf(ctx, req.GetInfo())
	if err != nil {
		return &pulumirpc.RunResponse{Error: err.Error()}, nil //nolint:nilerr // it is the program's, not the plugin's
	}
	env, err := environment(req, h.engine)
	if err != nil {
		return nil, err
	}
	program := exec.CommandContext(ctx, executable, req.GetArgs()...)
	program.Dir, program.Env = req.GetPwd(), append(os.Environ(), env...)
	program.Stdout, program.Stderr = os.Stdout, os.Stderr
	err = program.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return &pulumirpc.RunResponse{}, nil
	case errors.As(err, &exit) && exit.ExitCode() == constant.ExitStatusLoggedError:
		return &pulumirpc.RunResponse{Bail: true}, nil // the program has reported its error to the engine
	default:
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("program %s: %v", executable, err)}, nil
	}
}

// executableOf returns the program that the option binary of the project's runtime names, or else builds it.
func executableOf(ctx context.Context, program *pulumirpc.ProgramInfo) (string, error) {
	if binary := program.GetOptions().GetFields()["binary"].GetStringValue(); binary != "" {
		return binary, nil
	}
	return build(ctx, program)
}

// build builds the program into the file that the option buildTarget of the project's runtime names, and returns the
// file's path. It does not link a program again that has not changed.
func build(ctx context.Context, program *pulumirpc.ProgramInfo) (string, error) {
	target := program.GetOptions().GetFields()["buildTarget"].GetStringValue()
	if target == "" {
		return "", errors.New("the runtime's option buildTarget is missing in Pulumi.yaml: must be the path of the built program")
	}
	if !filepath.IsAbs(target) {
		target = filepath.Join(program.GetProgramDirectory(), target)
	}
	// Without symbols it links faster. The flags of upstream's host, such as -trimpath, would compile every package
	// again.
	compiler := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-ldflags=-s -w", "-o", target, ".")
	compiler.Dir = program.GetProgramDirectory()
	// As in images.Program.Compile: another stack may run the program at the same time.
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return "", err
	}
	compiler.Env = append(os.Environ(), "GOTMPDIR="+filepath.Dir(target))
	if output, err := compiler.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build in %s: %w\n%s", compiler.Dir, err, output)
	}
	return target, nil
}
