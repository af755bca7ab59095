package engine_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/container"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/organizations"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/storage"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/engine"
	"github.com/modelferry/modelferry/local/internal/plugins"
)

// The test binary is also the plugins: it behaves according to the name of the link, as ferry does.
func TestMain(m *testing.M) {
	// These tests need no cluster, and start no plugin of Pulumi.
	if err := os.Setenv(engine.ProviderEnv, engine.QuickProvider); err != nil {
		panic(err)
	}
	handled, err := plugins.Run(os.Args)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if handled {
		return
	}
	if filepath.Base(os.Args[0]) == otherProgram {
		pulumi.Run(createBuckets)
		return
	}
	os.Exit(m.Run())
}

func program(seen *lookupResult) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		google, err := gcp.NewProvider(ctx, "gcp", &gcp.ProviderArgs{
			Project: pulumi.String("demo-project"), Region: pulumi.String("europe-west4"),
			DefaultLabels: pulumi.StringMap{"stack": pulumi.String("gke")},
		})
		if err != nil {
			return err
		}
		project, err := organizations.LookupProject(ctx, &organizations.LookupProjectArgs{}, pulumi.Provider(google))
		if err != nil {
			return err
		}
		seen.number = project.Number
		bucket, err := storage.NewBucket(ctx, "models", &storage.BucketArgs{
			Location: pulumi.String("EU"), UniformBucketLevelAccess: pulumi.Bool(true),
		}, pulumi.Provider(google))
		if err != nil {
			return err
		}
		cluster, err := container.NewCluster(ctx, "main", &container.ClusterArgs{
			InitialNodeCount:   pulumi.Int(1),
			DeletionProtection: pulumi.Bool(false),
		}, pulumi.Provider(google))
		if err != nil {
			return err
		}
		amazon, err := aws.NewProvider(ctx, "aws", &aws.ProviderArgs{
			Region:      pulumi.String("eu-central-1"),
			DefaultTags: aws.ProviderDefaultTagsArgs{Tags: pulumi.StringMap{"owner": pulumi.String("ml")}},
		})
		if err != nil {
			return err
		}
		s3bucket, err := s3.NewBucketV2(ctx, "models", &s3.BucketV2Args{
			Tags: pulumi.StringMap{"stack": pulumi.String("eks")},
		}, pulumi.Provider(amazon))
		if err != nil {
			return err
		}
		ctx.Export("bucket", bucket.Url)
		ctx.Export("endpoint", cluster.Endpoint)
		ctx.Export("ca", cluster.MasterAuth.ClusterCaCertificate())
		ctx.Export("arn", s3bucket.Arn)
		ctx.Export("id", s3bucket.ID())
		ctx.Export("tags", s3bucket.Tags)
		return nil
	}
}

type lookupResult struct{ number string }

func TestPreview_offline(t *testing.T) {
	p := newRepository(t)
	var out bytes.Buffer
	var seen lookupResult
	summary, err := engine.Preview(context.Background(), engine.Options{Layout: p, Program: program(&seen), Out: &out})
	t.Log(out.String())
	require.NoError(t, err)
	require.Equal(t, 3, summary.Created)
	require.Equal(t, apitype.OpCreate, summary.Steps[0].Op)
	require.Len(t, seen.number, 12)
	require.Contains(t, out.String(), "+ Bucket models")
	require.NotContains(t, out.String(), "from $PATH")
}

func TestRender_completesProgram(t *testing.T) {
	p := newRepository(t)
	var out bytes.Buffer
	var seen lookupResult
	summary, err := engine.Render(context.Background(),
		engine.Options{Layout: p, Program: program(&seen), Out: &out})
	t.Log(out.String())
	require.NoError(t, err)
	require.Equal(t, 3, summary.Created)
}

func TestPreview_invalidInputs(t *testing.T) {
	p := newRepository(t)
	_, err := engine.Preview(context.Background(), engine.Options{Layout: p, Program: func(ctx *pulumi.Context) error {
		google, err := gcp.NewProvider(ctx, "gcp", &gcp.ProviderArgs{Project: pulumi.String("demo-project")})
		if err != nil {
			return err
		}
		var bucket storage.Bucket
		return ctx.RegisterResource("gcp:storage/bucket:Bucket", "models", pulumi.Map{
			"locaton": pulumi.String("EU"), "forceDestroy": pulumi.String("yes"),
		}, &bucket, pulumi.Provider(google))
	}})
	require.Error(t, err)
	t.Log(err)
	require.ErrorContains(t, err, `unknown property "locaton": did you mean "location"?`)
	require.ErrorContains(t, err, `missing required property "location"`)
	require.ErrorContains(t, err, `property "forceDestroy" must be a boolean, not a string`)
	require.ErrorContains(t, err, "gcp:storage/bucket:Bucket")
}
