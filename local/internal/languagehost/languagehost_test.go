package languagehost

import (
	"os"
	"path/filepath"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/structpb"
)

// request returns a request to run a program with a main function, in a new module.
func request(t *testing.T, main string) *pulumirpc.RunRequest {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"go.mod":  "module example.com/program\n\ngo 1.26\n",
		"main.go": "package main\n\nimport \"os\"\n\nfunc main() {\n" + main + "\n}\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
	options, err := structpb.NewStruct(map[string]any{"buildTarget": "bin/program"})
	require.NoError(t, err)
	return &pulumirpc.RunRequest{
		Pwd: dir, Project: "modelferry", Stack: "gke", DryRun: true, Parallel: 7, MonitorAddress: "127.0.0.1:1",
		Organization: "demo", Config: map[string]string{"modelferry:cloud": "gke"}, ConfigSecretKeys: []string{"modelferry:key"},
		Info: &pulumirpc.ProgramInfo{RootDirectory: dir, ProgramDirectory: dir, EntryPoint: ".", Options: options},
	}
}

func TestHost_Run(t *testing.T) {
	for name, tt := range map[string]struct {
		main  string
		bail  bool
		error string
	}{
		"success":       {main: "os.Exit(0)"},
		"logged error":  {main: "os.Exit(32)", bail: true},
		"other error":   {main: "os.Exit(3)", error: "bin/program: exit status 3"},
		"no valid code": {main: "os.Exit(nothing)", error: "undefined: nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			response, err := host{engine: "127.0.0.1:2"}.Run(t.Context(), request(t, tt.main))
			require.NoError(t, err)
			require.Equal(t, tt.bail, response.GetBail())
			if tt.error == "" {
				require.Empty(t, response.GetError())
			}
			require.Contains(t, response.GetError(), tt.error)
		})
	}
}

// The program gets the variables that the SDK reads.
func TestHost_Run_environment(t *testing.T) {
	req := request(t, `
	file, _ := os.Create("seen")
	for _, name := range []string{"ORGANIZATION", "PROJECT", "ROOT_DIRECTORY", "STACK", "CONFIG", "CONFIG_SECRET_KEYS",
		"DRY_RUN", "PARALLEL", "MONITOR", "ENGINE"} {
		file.WriteString(os.Getenv("PULUMI_" + name) + "\n")
	}`)
	response, err := host{engine: "127.0.0.1:2"}.Run(t.Context(), req)
	require.NoError(t, err)
	require.Empty(t, response.GetError())
	seen, err := os.ReadFile(filepath.Join(req.GetPwd(), "seen"))
	require.NoError(t, err)
	require.Equal(t, "demo\nmodelferry\n"+req.GetPwd()+"\ngke\n"+`{"modelferry:cloud":"gke"}`+"\n"+`["modelferry:key"]`+
		"\ntrue\n7\n127.0.0.1:1\n127.0.0.1:2\n", string(seen))
}

func TestBuild_withoutTarget(t *testing.T) {
	_, err := build(t.Context(), &pulumirpc.ProgramInfo{})
	require.ErrorContains(t, err, "buildTarget is missing in Pulumi.yaml")
}
