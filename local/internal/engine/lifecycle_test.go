package engine_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/storage"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/engine"
	"github.com/modelferry/modelferry/local/internal/node/nodeinfo"
	"github.com/modelferry/modelferry/local/internal/provider/storetest"
)

// createBuckets is a program that creates the buckets in the config, each with a secret label.
func createBuckets(ctx *pulumi.Context) error {
	google, err := gcp.NewProvider(ctx, "gcp", &gcp.ProviderArgs{Project: pulumi.String("demo-project")})
	if err != nil {
		return err
	}
	var names []string
	config.RequireObject(ctx, "buckets", &names)
	for _, name := range names {
		bucket, err := storage.NewBucket(ctx, name, &storage.BucketArgs{
			Name: pulumi.String("demo-" + name), Location: pulumi.String("EU"), ForceDestroy: pulumi.Bool(true),
			Labels: pulumi.ToSecret(pulumi.StringMap{"key": pulumi.String("s3cret")}).(pulumi.StringMapOutput),
		}, pulumi.Provider(google))
		if err != nil {
			return err
		}
		ctx.Export(name, bucket.Url)
	}
	return nil
}

func TestEngine_upToDestroy(t *testing.T) {
	ctx := context.Background()
	p := newRepository(t)
	require.NoError(t, os.MkdirAll(p.Dir(), 0o755))
	storetest.StartGCS(t, p.Dir())
	node, err := nodeinfo.Read(p.NodeInfoFile())
	require.NoError(t, err)
	exists := func(bucket string) bool {
		resp, err := http.Get(node.StoreURL + "/storage/v1/b/" + bucket)
		require.NoError(t, err)
		resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	}
	var out bytes.Buffer
	open := func(names ...any) *engine.Engine {
		out.Reset()
		e, err := engine.Open(ctx, engine.Options{
			Layout: p, Program: createBuckets, Out: &out, ConfigOverrides: map[string]any{"modelferry:buckets": names},
		})
		require.NoError(t, err)
		return e
	}

	summary, err := open("models", "datasets").Up(ctx)
	require.NoError(t, err)
	require.Equal(t, 2, summary.Created)
	require.True(t, exists("demo-models"))
	records, err := cloudstate.Load(p.Dir())
	require.NoError(t, err)
	require.Len(t, records.OfType("gcp:storage/bucket:Bucket"), 2)

	e := open("models", "datasets")
	summary, err = e.Up(ctx)
	require.NoError(t, err)
	require.False(t, summary.HasChanges(), "a second up changes nothing: %s", out.String())
	outputs, err := e.Outputs(ctx)
	require.NoError(t, err)
	require.Equal(t, map[string]any{"models": "gs://demo-models", "datasets": "gs://demo-datasets"}, outputs)

	// The lock of a process that was killed.
	deployments, err := filepath.Glob(filepath.Join(p.Dir(), "pulumi/.pulumi/stacks/*/gke.json"))
	require.NoError(t, err)
	require.Len(t, deployments, 1)
	locks := filepath.Join(p.Dir(), "pulumi/.pulumi/locks/organization/modelferry/gke")
	require.NoError(t, os.MkdirAll(locks, 0o755))
	require.NoError(
		t,
		os.WriteFile(
			filepath.Join(locks, "dead.json"),
			[]byte(`{"pid":1,"username":"root","hostname":"h","timestamp":"2024-01-01T00:00:00Z"}`),
			0o600,
		),
	)

	summary, err = open("models").Up(ctx)
	require.NoError(t, err)
	require.Contains(t, out.String(), "an earlier run was interrupted")
	require.Len(t, summary.Steps, 1)
	step := summary.Steps[0]
	require.Equal(t, "demo-datasets", step.Old.Inputs["name"])
	require.NotContains(t, fmt.Sprint(step.Old.Inputs), "s3cret")
	step.Old = nil
	require.Equal(t, engine.Step{
		Op: apitype.OpDelete, Type: "gcp:storage/bucket:Bucket", Name: "datasets",
		URN: "urn:pulumi:gke::modelferry::gcp:storage/bucket:Bucket::datasets",
	}, step)
	require.False(t, exists("demo-datasets"))

	// A refresh notices that a bucket was deleted, and the next update creates it again.
	request, err := http.NewRequest(http.MethodDelete, node.StoreURL+"/storage/v1/b/demo-models", nil)
	require.NoError(t, err)
	resp, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	resp.Body.Close()
	e = open("models")
	summary, err = e.Refresh(ctx)
	require.NoError(t, err)
	require.Equal(t, 1, summary.Deleted)
	summary, err = e.Up(ctx)
	require.NoError(t, err)
	require.Equal(t, 1, summary.Created)

	// An ordinary CLI uses the local cloud after it evaluated the exports, twice.
	exports, err := engine.ShellExports(p, "", nil)
	require.NoError(t, err)
	cli := exec.Command(
		"sh",
		"-euc",
		exports+exports+"pulumi config get -s gke --path 'modelferry:buckets[0]'; pulumi refresh --yes -s gke",
	)
	cli.Dir = p.Root
	cli.Env = append(os.Environ(), "PULUMI_CONFIG_PASSPHRASE=another", "PULUMI_HOME="+t.TempDir(), "PULUMI_SKIP_UPDATE_CHECK=true")
	output, err := cli.CombinedOutput()
	require.NoError(t, err, string(output))
	require.Contains(t, string(output), "3 unchanged")

	summary, err = open("models").Destroy(ctx)
	require.NoError(t, err)
	require.Equal(t, 1, summary.Deleted)
	require.False(t, exists("demo-models"))
	written, err := os.ReadFile(filepath.Join(p.Dir(), "work", "Pulumi.gke.yaml"))
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(written), "# a comment\n"))
}

func TestUp_withoutNode(t *testing.T) {
	p := newRepository(t)
	e, err := engine.Open(context.Background(), engine.Options{
		Layout: p, Program: createBuckets, ConfigOverrides: map[string]any{"modelferry:buckets": []any{"models"}},
	})
	require.NoError(t, err)
	_, err = e.Up(context.Background())
	require.ErrorContains(t, err, "make up STACK=gke")
}
