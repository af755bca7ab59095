package official

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// PathsEnv is the environment variable with the paths of the official plugins: NAME=PATH, separated like PATH.
const PathsEnv = "MODELFERRY_OFFICIAL_PLUGINS"

// FromEnv returns the path of the official plugin of a provider, "" if the plan does not use it.
func FromEnv(name string) string {
	for _, entry := range filepath.SplitList(os.Getenv(PathsEnv)) {
		if path, ok := strings.CutPrefix(entry, name+"="); ok {
			return path
		}
	}
	return ""
}

// startTimeout is how long a plugin may take to listen. The clouds' plugins are hundreds of megabytes in size.
const startTimeout = time.Minute

// process is a plugin that was started.
type process struct{ *exec.Cmd }

// kill ends the plugin, if it was started.
func (p *process) kill() {
	if p.Cmd != nil {
		_ = p.Process.Kill() // it may have ended
		_ = p.Wait()
	}
}

// start starts the plugin at path and connects to it.
func (p *process) start(path, engine string) (pulumirpc.ResourceProviderClient, error) {
	cmd := exec.Command(path, engine)
	cmd.Env = offlineEnv(os.Environ())
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p.Cmd = cmd
	lines := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(stdout).ReadString('\n') // without a line, the plugin has ended
		lines <- strings.TrimSpace(line)
	}()
	var line string
	select {
	case line = <-lines:
	case <-time.After(startTimeout):
	}
	port, err := strconv.Atoi(line)
	if err != nil {
		p.kill()
		p.Cmd = nil
		return nil, fmt.Errorf("%s: no port on its stdout within %s: %s", path, startTimeout, bytes.TrimSpace(stderr.Bytes()))
	}
	conn, err := grpc.NewClient(fmt.Sprintf("127.0.0.1:%d", port),
		grpc.WithTransportCredentials(insecure.NewCredentials()), rpcutil.GrpcChannelOptions())
	if err != nil {
		return nil, err
	}
	return pulumirpc.NewResourceProviderClient(conn), nil
}

// credentialPrefixes are those of variables from which a plugin could take real credentials.
var credentialPrefixes = []string{"AWS_", "GOOGLE_", "GCLOUD_", "CLOUDSDK_"}

// offlineVariables are settings in addition to those of offlineConfig.
var offlineVariables = []string{
	"AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE=" + os.DevNull, "AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull,
	"PULUMI_GCP_SKIP_REGION_VALIDATION=true", "PULUMI_GCP_DISABLE_GLOBAL_PROJECT_WARNING=true",
}

func offlineEnv(env []string) []string {
	offline := slices.Clone(offlineVariables)
	for _, variable := range env {
		keep := true
		for _, prefix := range credentialPrefixes {
			keep = keep && !strings.HasPrefix(variable, prefix)
		}
		if keep {
			offline = append(offline, variable)
		}
	}
	return offline
}
