package engine_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

// languageHost is the name of the plugin by which the pulumi CLI finds out which packages a Go program needs. The CLI
// asks it before an import, although that does not run the program.
const languageHost = "pulumi-language-go"

// noPackages is a language host whose programs need no packages.
type noPackages struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
}

func (noPackages) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: "1.0.0"}, nil
}

func (noPackages) GetRequiredPackages(
	context.Context, *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	return &pulumirpc.GetRequiredPackagesResponse{}, nil
}

// linkLanguageHost adds the test executable to a directory as a language host that requires no packages.
func linkLanguageHost(t *testing.T, dir string) {
	t.Helper()
	executable, err := os.Executable()
	require.NoError(t, err)
	require.NoError(t, os.Symlink(executable, filepath.Join(dir, languageHost)))
}

// serveLanguageHost serves the language host if the executable is called by its name. It returns false otherwise.
func serveLanguageHost(executable string) bool {
	if filepath.Base(executable) != languageHost {
		return false
	}
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{Init: func(server *grpc.Server) error {
		pulumirpc.RegisterLanguageRuntimeServer(server, noPackages{})
		return nil
	}})
	if err != nil {
		panic(err)
	}
	fmt.Println(handle.Port) // the CLI reads it
	<-handle.Done
	return true
}
