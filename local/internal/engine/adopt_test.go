package engine_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp"
	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/infra/eks"
	"github.com/modelferry/modelferry/infra/gke"
	"github.com/modelferry/modelferry/local/internal/engine"
	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/local/internal/provider/storetest"
	"github.com/modelferry/modelferry/local/internal/repotest"
	modelferry "github.com/modelferry/modelferry/stack"
)

var adoptedBuckets = []string{"models", "datasets", "access-logs"}

// retainedOnGKE creates what pulumi destroy leaves of a stack on GKE, with the names and parents of the program.
func retainedOnGKE(ctx *pulumi.Context) error {
	provider, err := gcp.NewProvider(ctx, "modelferry", &gcp.ProviderArgs{Project: pulumi.String("modelferry-demo")})
	if err != nil {
		return err
	}
	platform := &struct{ pulumi.ResourceState }{}
	err = ctx.RegisterComponentResourceV2("modelferry:gke:Platform", "modelferry", pulumi.Map{}, platform, pulumi.Provider(provider))
	if err != nil {
		return err
	}
	for _, bucket := range adoptedBuckets {
		args := &gke.BucketArgs{Name: "modelferry-demo-gke-" + bucket, Location: "europe-west1"}
		if _, err := gke.NewBucket(ctx, bucket, args, pulumi.Parent(platform)); err != nil {
			return err
		}
	}
	args := &gke.RegistryArgs{Name: "modelferry", Location: "europe-west1", UntaggedDays: 30, RetainOnDelete: true}
	_, err = gke.NewRegistry(ctx, "modelferry", args, pulumi.Parent(platform))
	return err
}

// retainedOnEKS is retainedOnGKE for EKS.
func retainedOnEKS(ctx *pulumi.Context) error {
	provider, err := aws.NewProvider(ctx, "modelferry", &aws.ProviderArgs{Region: pulumi.String("eu-west-1")})
	if err != nil {
		return err
	}
	platform := &struct{ pulumi.ResourceState }{}
	err = ctx.RegisterComponentResourceV2("modelferry:eks:Platform", "modelferry", pulumi.Map{}, platform, pulumi.Provider(provider))
	if err != nil {
		return err
	}
	for _, bucket := range adoptedBuckets {
		args := &eks.BucketArgs{Name: pulumi.String("123456789012-eu-west-1-eks-" + bucket)}
		if _, err := eks.NewBucket(ctx, bucket, args, pulumi.Parent(platform)); err != nil {
			return err
		}
	}
	images := []string{"fetcher", "bankchurn", "chicagotaxi", "nlpinsight"}
	args := &eks.RegistryArgs{Name: "modelferry", Images: images, UntaggedDays: 30}
	if _, err := eks.NewRegistry(ctx, "modelferry", args, pulumi.Parent(platform)); err != nil {
		return err
	}
	cluster := &struct{ pulumi.ResourceState }{}
	err = ctx.RegisterComponentResourceV2("modelferry:eks:Cluster", "modelferry", pulumi.Map{}, cluster, pulumi.Parent(platform))
	if err != nil {
		return err
	}
	_, err = cloudwatch.NewLogGroup(ctx, "modelferry", &cloudwatch.LogGroupArgs{
		Name: pulumi.String("/aws/eks/modelferry/cluster"), RetentionInDays: pulumi.Int(90),
	}, pulumi.Parent(cluster), pulumi.RetainOnDelete(true))
	return err
}

// documentedImport returns the commands of docs/operations.md that import a stack's retained resources.
func documentedImport(t *testing.T, stack string) string {
	t.Helper()
	page, err := os.ReadFile(repotest.Path(t, "docs", "operations.md"))
	require.NoError(t, err)
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		if strings.Contains(block[1], "pulumi import -s "+stack) && strings.Contains(block[1], "import.json") {
			lines := strings.ReplaceAll(block[1], "\n   ", "\n") // the block is in a list
			return strings.NewReplacer("ACCOUNT", "123456789012", "PROJECT", "modelferry-demo",
				"REGION", map[string]string{"gke": "europe-west1", "eks": "eu-west-1"}[stack]).Replace(strings.TrimLeft(lines, " "))
		}
	}
	require.FailNow(t, "docs/operations.md has no commands to import "+stack)
	return ""
}

// The commands in docs/operations.md adopt what pulumi destroy leaves: the program neither creates any of it again nor
// replaces it.
func TestEngine_adoptRetained(t *testing.T) {
	for stack, test := range map[string]struct {
		retained func(ctx *pulumi.Context) error
		adopted  []string // types
		// imported is the number of resources, components the number of their components.
		imported, components int
		provider             string
	}{
		"gke": {retainedOnGKE, []string{"gcp:storage/bucket:Bucket", "gcp:artifactregistry/repository:Repository"}, 4, 5, "gcp"},
		"eks": {retainedOnEKS, []string{
			"aws:s3/bucketV2:BucketV2", "aws:ecr/repository:Repository", "aws:cloudwatch/logGroup:LogGroup",
		}, 8, 6, "aws"},
	} {
		t.Run(stack, func(t *testing.T) {
			ctx := context.Background()
			p := newProgramRepository(t, stack)
			require.NoError(t, os.MkdirAll(p.Dir(), 0o755))
			if stack == "gke" {
				storetest.StartGCS(t, p.Dir())
			} else {
				storetest.StartS3(t, p.Dir(), "eu-west-1")
			}
			e, err := engine.Open(ctx, engine.Options{Layout: p, Program: test.retained})
			require.NoError(t, err)
			_, err = e.Up(ctx)
			require.NoError(t, err)
			_, err = e.Destroy(ctx)
			require.NoError(t, err)

			exports, err := engine.ShellExports(p, "", nil)
			require.NoError(t, err)
			cli := exec.Command("sh", "-euc", exports+documentedImport(t, stack))
			cli.Dir = p.Root
			cli.Env = append(os.Environ(), "PULUMI_HOME="+t.TempDir(), "PULUMI_SKIP_UPDATE_CHECK=true")
			output, err := cli.CombinedOutput()
			require.NoError(t, err, string(output))
			require.Contains(t, string(output), fmt.Sprintf("= %d imported", test.imported+test.components), "%s", output)

			steps := previewOffline(t, p)
			require.Greater(t, len(steps), 40)
			for _, step := range steps {
				isAdopted := slices.Contains(test.adopted, step.Type) || step.Type == "pulumi:providers:"+test.provider
				require.False(t, isAdopted && step.Op != apitype.OpSame && step.Op != apitype.OpUpdate, "%s %s", step.Op, step.URN)
			}
		})
	}
}

// previewOffline returns the steps of a preview of the whole program with the state of the local cloud. The providers
// do not use the local cloud, which has no Kubernetes here.
func previewOffline(t *testing.T, p paths.Layout) []apitype.StepEventMetadata {
	t.Helper()
	ctx := context.Background()
	t.Setenv("PATH", filepath.Dir(p.Bin("pulumi"))+string(os.PathListSeparator)+os.Getenv("PATH"))
	var program modelferry.Program
	stack, err := auto.SelectStackInlineSource(ctx, p.Stack, "modelferry", program.Deploy,
		auto.WorkDir(filepath.Join(p.Dir(), "work")), auto.EnvVars(map[string]string{
			paths.StackDirEnv: "", "PULUMI_BACKEND_URL": "file://" + filepath.Join(p.Dir(), "pulumi"),
			"PULUMI_CONFIG_PASSPHRASE_FILE": p.Secret("passphrase"), "PULUMI_SKIP_UPDATE_CHECK": "true",
		}))
	require.NoError(t, err)
	stream, steps := make(chan events.EngineEvent), make(chan []apitype.StepEventMetadata)
	go func() {
		var seen []apitype.StepEventMetadata
		for event := range stream {
			if event.ResourcePreEvent != nil {
				seen = append(seen, event.ResourcePreEvent.Metadata)
			}
		}
		steps <- seen
	}()
	_, err = stack.Preview(ctx, optpreview.EventStreams(stream), optpreview.SuppressProgress())
	require.NoError(t, err)
	return <-steps
}
