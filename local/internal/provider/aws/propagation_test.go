package aws_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/node/nodeinfo"
	"github.com/modelferry/modelferry/local/internal/provider/aws"
	"github.com/modelferry/modelferry/local/internal/secrets"
)

func TestPropagatePolicies(t *testing.T) {
	const delay = 2 * time.Second
	c := newTestCloud(t)
	bucket := string(c.create(t, bucketType, "models", object{}).ID)
	role := c.create(t, roleType, "bankchurn", object{"assumeRolePolicy": "{}"})
	root, err := secrets.ReadStoreAccount(c.dir)
	require.NoError(t, err)
	key := "bankchurn/model.joblib"
	upload := &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader("x")}
	_, err = c.s3Client(t, root).PutObject(context.Background(), upload)
	require.NoError(t, err)
	client := c.s3Client(t, aws.RoleCredentials(root, uniqueID(role)))
	get := func() error {
		_, err := client.GetObject(context.Background(), &s3.GetObjectInput{Bucket: &bucket, Key: &key})
		return err
	}
	require.NoError(t, cloudstate.SetPropagationDelay(c.dir, delay.String()))
	node, err := nodeinfo.Read(c.dir + "/node.json")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- aws.PropagatePolicies(ctx, c.dir, node.StoreURL, region, slog.New(slog.DiscardHandler))
	}()

	granted := time.Now()
	inputs := object{"role": string(role.ID), "policy": readPolicy(bucket, "bankchurn/")}
	c.create(t, rolePolicy, "bankchurn", inputs)
	require.ErrorContains(t, get(), "AccessDenied", "a grant is not in effect at once")
	require.Eventually(t, func() bool { return get() == nil }, 20*time.Second, 50*time.Millisecond)
	require.GreaterOrEqual(t, time.Since(granted), delay)

	revoked := time.Now()
	id := resource.ID(string(role.ID) + ":" + policyName(t, c))
	require.NoError(t, c.delete(rolePolicy, plugin.CreateResponse{ID: id}, inputs))
	require.NoError(t, get(), "nor is the removal of one")
	require.Eventually(t, func() bool { return get() != nil }, 20*time.Second, 50*time.Millisecond)
	require.GreaterOrEqual(t, time.Since(revoked), delay)
	require.ErrorContains(t, get(), "AccessDenied")
	stop()
	require.NoError(t, <-done)
}
