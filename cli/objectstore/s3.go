package objectstore

import (
	"cmp"
	"context"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/logging"
)

// s3Store is a bucket of S3 or of a compatible server.
type s3Store struct {
	client *s3.Client
	bucket string
	retry  retryPolicy
}

func openS3(ctx context.Context, location Location) (Store, error) {
	options := []func(*config.LoadOptions) error{
		// The SDK would write warnings to stderr.
		config.WithLogger(logging.Nop{}),
		// A client of this type lets the SDK add AWS_CA_BUNDLE.
		config.WithHTTPClient(awshttp.NewBuildableClient().WithTransportOptions(configureTransport)),
	}
	if location.Region != "" {
		options = append(options, config.WithRegion(location.Region))
	}
	if location.Anonymous {
		options = append(options, config.WithCredentialsProvider(aws.AnonymousCredentials{}))
	}
	settings, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, newError(ErrInvalid, "AWS configuration: %w", err).withHint("check AWS_PROFILE and ~/.aws/config")
	}
	if settings.Region == "" {
		return nil, newError(ErrInvalid, "no AWS region for s3://%s", location.Bucket).withHint("set AWS_REGION to the bucket's region")
	}
	client := s3.NewFromConfig(settings, func(o *s3.Options) {
		if location.Endpoint != "" {
			o.BaseEndpoint = aws.String(location.Endpoint)
		}
		// Custom endpoints rarely have DNS names for buckets.
		o.UsePathStyle = cmp.Or(location.Endpoint, os.Getenv("AWS_ENDPOINT_URL_S3"), os.Getenv("AWS_ENDPOINT_URL")) != ""
		// The retries are those of retryPolicy, the same for both stores.
		o.Retryer = aws.NopRetryer{}
		o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
	})
	return &s3Store{client: client, bucket: location.Bucket, retry: defaultRetries.withNotify(location.OnRetry)}, nil
}

func (s *s3Store) URL(key string) string { return quoteURL("s3", s.bucket, key) }

// unsignedPayload keeps the SDK from reading a part once more for its signature: the header with the part's checksum is
// signed. https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
func unsignedPayload(o *s3.Options) {
	o.APIOptions = append(o.APIOptions, v4.SwapComputePayloadSHA256ForUnsignedPayloadMiddleware)
}

// call sends a request until it succeeds.
func (s *s3Store) call(ctx context.Context, action, key string, send func(context.Context) error) error {
	return s.retry.do(ctx, func() error { return s.classify(ctx, action, key, send(ctx)) })
}
