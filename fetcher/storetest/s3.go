package storetest

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/require"
)

// rootKey and rootSecret are the credentials of the server's root user, who has all permissions.
const (
	rootKey    = "modelferry"
	rootSecret = "modelferry-secret"
	region     = "eu-central-1"
)

// S3Store is a running versitygw.
type S3Store struct {
	endpoint string
	client   *s3.Client
	// data is the folder with the buckets.
	data string
}

var (
	s3Once      sync.Once
	s3Store     *S3Store
	nameCounter atomic.Int64
)

// S3 returns the package's versitygw and starts it at the first call.
func S3(tb testing.TB) *S3Store {
	tb.Helper()
	s3Once.Do(func() {
		port, data := freePort(tb), tempFolder(tb)
		endpoint := "http://" + loopbackAddress(port)
		for _, name := range []string{"buckets", "versions", "iam"} {
			mkdir(tb, filepath.Join(data, name))
		}
		startServer(tb, endpoint, "versitygw",
			"--port", loopbackAddress(port), "--access", rootKey, "--secret", rootSecret, "--region", region,
			"--iam-dir", filepath.Join(data, "iam"), "--iam-cache-disable", "--quiet",
			"posix", "--versioning-dir", filepath.Join(data, "versions"), filepath.Join(data, "buckets"))
		s3Store = &S3Store{endpoint: endpoint, data: filepath.Join(data, "buckets"), client: s3.New(s3.Options{
			BaseEndpoint: &endpoint, Region: region, UsePathStyle: true,
			Credentials: credentials.NewStaticCredentialsProvider(rootKey, rootSecret, ""),
		})}
	})
	require.NotNil(tb, s3Store, "versitygw did not start in an earlier test")
	return s3Store
}

func (s *S3Store) Endpoint() string { return s.endpoint }

func (s *S3Store) Env(endpoint string) map[string]string { return s3Env(endpoint) }

func s3Env(endpoint string) map[string]string {
	return map[string]string{
		"AWS_ENDPOINT_URL_S3": endpoint, "AWS_REGION": region, "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_ACCESS_KEY_ID": rootKey, "AWS_SECRET_ACCESS_KEY": rootSecret,
	}
}

// Bucket creates a bucket with versioning.
func (s *S3Store) Bucket(tb testing.TB) string {
	tb.Helper()
	bucket := s.UnversionedBucket(tb)
	_, err := s.client.PutBucketVersioning(context.Background(), &s3.PutBucketVersioningInput{
		Bucket: &bucket, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
	})
	require.NoError(tb, err)
	return bucket
}

// UnversionedBucket creates a bucket without versioning.
func (s *S3Store) UnversionedBucket(tb testing.TB) string {
	tb.Helper()
	bucket := fmt.Sprintf("models-%d", nameCounter.Add(1))
	_, err := s.client.CreateBucket(context.Background(), &s3.CreateBucketInput{Bucket: &bucket})
	require.NoError(tb, err)
	return bucket
}

func (s *S3Store) Put(tb testing.TB, bucket, key string, body []byte) string {
	tb.Helper()
	return s.put(tb, &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: bytes.NewReader(body)})
}

func (s *S3Store) PutGzipped(tb testing.TB, bucket, key string, body []byte) string {
	tb.Helper()
	return s.put(tb, &s3.PutObjectInput{
		Bucket: &bucket, Key: &key, Body: bytes.NewReader(body), ContentEncoding: aws.String("gzip"),
	})
}

func (s *S3Store) put(tb testing.TB, input *s3.PutObjectInput) string {
	tb.Helper()
	out, err := s.client.PutObject(context.Background(), input)
	require.NoError(tb, err)
	return aws.ToString(out.VersionId)
}

func (s *S3Store) Delete(tb testing.TB, bucket, key string) {
	tb.Helper()
	_, err := s.client.DeleteObject(context.Background(), &s3.DeleteObjectInput{Bucket: &bucket, Key: &key})
	require.NoError(tb, err)
}

// MissingVersion returns a ULID, which versitygw uses as version IDs.
func (s *S3Store) MissingVersion() string { return "01JDZZZZZZZZZZZZZZZZZZZZZZ" }

func (s *S3Store) EnvVars() (bucket, path string) { return "S3_BUCKET", "S3_MODEL_PATH" }

func (s *S3Store) URL(bucket, key string) string { return "s3://" + bucket + "/" + key }

// UnprivilegedCredentials creates a user without permissions and returns the fetcher's environment for it.
func (s *S3Store) UnprivilegedCredentials(tb testing.TB) map[string]string {
	tb.Helper()
	name := fmt.Sprintf("unprivileged-%d", nameCounter.Add(1))
	path, err := serverBinary("versitygw")
	require.NoError(tb, err)
	output, err := exec.Command(path, "admin", "--access", rootKey, "--secret", rootSecret, "--region", region,
		"--endpoint-url", s.endpoint, "create-user", "--access", name, "--secret", rootSecret, "--role", "user").CombinedOutput()
	require.NoError(tb, err, string(output))
	env := s.Env(s.endpoint)
	env["AWS_ACCESS_KEY_ID"] = name
	return env
}

// AllowEveryone sets a bucket policy that allows an action to everyone.
func (s *S3Store) AllowEveryone(tb testing.TB, bucket, action, resource string) {
	tb.Helper()
	policy := fmt.Sprintf(`{"Version":"2012-10-17",`+
		`"Statement":[{"Effect":"Allow","Principal":"*","Action":%q,"Resource":"arn:aws:s3:::%s"}]}`, action, resource)
	_, err := s.client.PutBucketPolicy(context.Background(), &s3.PutBucketPolicyInput{Bucket: &bucket, Policy: &policy})
	require.NoError(tb, err)
}
