package aws_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/node/nodeinfo"
	"github.com/modelferry/modelferry/local/internal/provider"
	"github.com/modelferry/modelferry/local/internal/provider/aws"
	"github.com/modelferry/modelferry/local/internal/provider/storetest"
	"github.com/modelferry/modelferry/local/internal/secrets"
)

const region = "eu-west-1"

type object = map[string]any

// testCloud is a configured provider with a stack's directory.
type testCloud struct {
	plugin.Provider
	dir string
}

func newTestCloud(t *testing.T) testCloud {
	t.Helper()
	dir := t.TempDir()
	storetest.StartS3(t, dir, region)
	p := provider.New(aws.Package(), &provider.Cloud{Dir: dir})
	_, err := p.Configure(context.Background(), plugin.ConfigureRequest{
		Inputs: resource.NewPropertyMapFromMap(object{"region": region}),
	})
	require.NoError(t, err)
	return testCloud{p, dir}
}

func (c testCloud) create(t *testing.T, typ, name string, inputs object) plugin.CreateResponse {
	t.Helper()
	urn := resource.NewURN("eks", "modelferry", "", tokens.Type(typ), name)
	checked, err := c.Check(context.Background(), plugin.CheckRequest{
		URN: urn, Name: name, Type: tokens.Type(typ), News: resource.NewPropertyMapFromMap(inputs), RandomSeed: []byte("seed"),
	})
	require.NoError(t, err)
	require.Empty(t, checked.Failures)
	created, err := c.Create(context.Background(), plugin.CreateRequest{
		URN: urn, Name: name, Type: tokens.Type(typ), Properties: checked.Properties,
	})
	require.NoError(t, err)
	return created
}

func (c testCloud) delete(typ string, created plugin.CreateResponse, inputs object) error {
	_, err := c.Delete(context.Background(), plugin.DeleteRequest{
		URN: resource.NewURN("eks", "modelferry", "", tokens.Type(typ), "any"), Type: tokens.Type(typ), ID: created.ID,
		Inputs: resource.NewPropertyMapFromMap(inputs), Outputs: created.Properties,
	})
	return err
}

// s3Client returns an S3 client with the given account.
func (c testCloud) s3Client(t *testing.T, keys secrets.StoreAccount) *s3.Client {
	t.Helper()
	node, err := nodeinfo.Read(c.dir + "/node.json")
	require.NoError(t, err)
	return s3.New(s3.Options{
		BaseEndpoint: sdk.String(node.StoreURL), UsePathStyle: true, Region: region,
		Credentials: credentials.NewStaticCredentialsProvider(keys.AccessKey, keys.SecretKey, ""),
	})
}

const (
	bucketType = "aws:s3/bucketV2:BucketV2"
	roleType   = "aws:iam/role:Role"
	rolePolicy = "aws:iam/rolePolicy:RolePolicy"
)

func readPolicy(bucket, prefix string) string {
	text, _ := json.Marshal(object{"Version": "2012-10-17", "Statement": []object{
		{
			"Effect":   "Allow",
			"Action":   []string{"s3:GetObject", "s3:GetObjectVersion"},
			"Resource": "arn:aws:s3:::" + bucket + "/" + prefix + "*",
		},
		{
			"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::" + bucket,
			"Condition": object{"StringLike": object{"s3:prefix": prefix + "*"}},
		},
	}})
	return string(text)
}

func TestRole_readsItsPrefixOnly(t *testing.T) {
	c := newTestCloud(t)
	ctx := context.Background()
	created := c.create(t, bucketType, "models", object{})
	bucket := string(created.ID)
	require.True(t, strings.HasPrefix(bucket, "models-"))
	c.create(t, "aws:s3/bucketPolicy:BucketPolicy", "models", object{"bucket": bucket, "policy": object{
		"Version": "2012-10-17", "Statement": []object{
			{
				"Effect":    "Deny",
				"Principal": "*",
				"Action":    "s3:*",
				"Resource":  []string{"arn:aws:s3:::" + bucket, "arn:aws:s3:::" + bucket + "/*"},
				"Condition": object{"Bool": object{"aws:SecureTransport": "false"}},
			},
			{
				"Effect":    "Allow",
				"Principal": object{"Service": "logging.s3.amazonaws.com"},
				"Action":    "s3:PutObject",
				"Resource":  "arn:aws:s3:::" + bucket + "/*",
				"Condition": object{"StringEquals": object{"aws:SourceAccount": "123456789012"}},
			},
		},
	}})
	bankchurn := c.create(t, roleType, "bankchurn", object{"assumeRolePolicy": "{}"})
	c.create(t, rolePolicy, "bankchurn", object{"role": string(bankchurn.ID), "policy": readPolicy(bucket, "bankchurn/")})
	other := c.create(t, roleType, "other", object{"assumeRolePolicy": "{}"})

	root, err := secrets.ReadStoreAccount(c.dir)
	require.NoError(t, err)
	for _, key := range []string{"bankchurn/model.joblib", "nlpinsight/model.joblib"} {
		_, err := c.s3Client(t, root).PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader("model")})
		require.NoError(t, err)
	}
	get := func(client *s3.Client, key string) error {
		output, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key})
		if err != nil {
			return err
		}
		_, err = io.ReadAll(output.Body)
		return err
	}
	list := func(client *s3.Client, prefix string) error {
		_, err := client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &prefix})
		return err
	}
	keys := aws.RoleCredentials(root, uniqueID(bankchurn))
	roleClient, otherClient := c.s3Client(t, keys), c.s3Client(t, aws.RoleCredentials(root, uniqueID(other)))

	require.NoError(t, get(roleClient, "bankchurn/model.joblib"))
	require.NoError(t, list(roleClient, "bankchurn/"))
	for name, err := range map[string]error{
		"another service's object": get(roleClient, "nlpinsight/model.joblib"),
		"another prefix":           list(roleClient, "nlpinsight/"),
		"the whole bucket":         list(roleClient, ""),
		"a role without grants":    get(otherClient, "bankchurn/model.joblib"),
	} {
		require.ErrorContains(t, err, "AccessDenied", name)
	}
	// S3 says that a key does not exist only to those who may list it.
	require.ErrorContains(t, get(roleClient, "bankchurn/missing"), "NoSuchKey")
	key := "bankchurn/model.joblib"
	_, err = roleClient.PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader("mine")})
	require.ErrorContains(t, err, "AccessDenied")

	// Deleting the role policy revokes the access.
	require.NoError(
		t,
		c.delete(rolePolicy, plugin.CreateResponse{ID: resource.ID(fmt.Sprintf("%s:%s", bankchurn.ID, policyName(t, c)))}, object{
			"role": string(bankchurn.ID), "policy": readPolicy(bucket, "bankchurn/"),
		}),
	)
	require.ErrorContains(t, get(roleClient, "bankchurn/model.joblib"), "AccessDenied")

	// Deleting the role deletes its account.
	require.NoError(t, c.delete(roleType, bankchurn, object{"name": string(bankchurn.ID), "assumeRolePolicy": "{}"}))
	require.ErrorContains(t, get(roleClient, "bankchurn/model.joblib"), "InvalidAccessKeyId")
}

func uniqueID(created plugin.CreateResponse) string {
	return created.Properties["uniqueId"].StringValue()
}

func policyName(t *testing.T, c testCloud) string {
	t.Helper()
	records, err := cloudstate.Load(c.dir)
	require.NoError(t, err)
	return records.OfType(rolePolicy)[0].Inputs["name"].(string)
}

func TestBucket_deleteRequiresForceDestroy(t *testing.T) {
	c := newTestCloud(t)
	ctx := context.Background()
	created := c.create(t, bucketType, "models", object{"bucket": "models-kept"})
	c.create(t, "aws:s3/bucketVersioningV2:BucketVersioningV2", "models", object{
		"bucket": "models-kept", "versioningConfiguration": object{"status": "Enabled"},
	})
	root, err := secrets.ReadStoreAccount(c.dir)
	require.NoError(t, err)
	bucket, key := "models-kept", "a"
	for range 2 {
		answer, err := c.s3Client(t, root).PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader("x")})
		require.NoError(t, err)
		require.NotEmpty(t, answer.VersionId)
	}
	require.EqualError(t, c.delete(bucketType, created, object{"bucket": bucket}), "deleting S3 Bucket (models-kept): operation error "+
		"S3: DeleteBucket, https response error StatusCode: 409, RequestID: local, api error BucketNotEmpty: "+
		"The bucket you tried to delete is not empty. You must delete all versions in the bucket.")
	require.NoError(t, c.delete(bucketType, created, object{"bucket": bucket, "forceDestroy": true}))
	read, err := c.Read(ctx, plugin.ReadRequest{Type: bucketType, ID: created.ID, State: created.Properties})
	require.NoError(t, err)
	require.Empty(t, read.ID)
}

func TestBucket_refreshAfterDeletionInStore(t *testing.T) {
	c := newTestCloud(t)
	ctx := context.Background()
	created := c.create(t, bucketType, "models", object{"bucket": "models-lost"})
	request := plugin.ReadRequest{Type: bucketType, ID: created.ID, State: created.Properties}
	read, err := c.Read(ctx, request)
	require.NoError(t, err)
	require.Equal(t, created.Properties, read.Outputs)
	root, err := secrets.ReadStoreAccount(c.dir)
	require.NoError(t, err)
	_, err = c.s3Client(t, root).DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: sdk.String("models-lost")})
	require.NoError(t, err)
	read, err = c.Read(ctx, request)
	require.NoError(t, err)
	require.Empty(t, read.ID)
}
