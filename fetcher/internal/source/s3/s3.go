// Package s3 reads objects from S3 and compatible servers.
package s3

import (
	"context"
	"os"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/endpointcreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go/logging"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/source"
)

// Source reads from S3. Create it with New.
type Source struct {
	client   *s3.Client
	config   aws.Config
	settings Settings

	credentials taggedCredentials
	// renewal is locked while the credentials are renewed.
	renewal sync.Mutex
}

// Settings select how a bucket is addressed, beside the variables of the SDK.
type Settings struct {
	// AddressingStyle is "path", "virtual" or "": path style for custom endpoints, otherwise the SDK's default.
	AddressingStyle string
	// RequesterPays makes the pod's account pay for the requests, which a requester-pays bucket requires.
	RequesterPays bool
}

// New returns a Source with the SDK's default credential chain except the node's instance profile: a pod must not read
// with the node's identity. It retrieves the credentials at once. The error is fetcherr.PermissionDenied for a pod
// without an identity, fetcherr.IdentityNotReady if the identity may not have taken effect yet, and a transient error
// if STS does not respond.
func New(ctx context.Context, options ...func(*Settings)) (*Source, error) {
	s := &Source{}
	for _, set := range options {
		set(&s.settings)
	}
	cfg, err := config.LoadDefaultConfig(ctx, config.WithEC2IMDSClientEnableState(imds.ClientDisabled),
		config.WithHTTPClient(identityClient()),
		config.WithEndpointCredentialOptions(func(o *endpointcreds.Options) { o.HTTPClient = agentClient() }),
		// The SDK writes warnings to stderr as plain text, but every line of the fetcher's log is JSON.
		config.WithLogger(logging.Nop{}))
	if err != nil {
		return nil, fetcherr.New(fetcherr.InvalidConfig, "AWS configuration: %w", err)
	}
	if cfg.Region == "" {
		return nil, fetcherr.New(fetcherr.InvalidConfig, "no AWS region").WithHint("set AWS_REGION to the bucket's region")
	}
	s.credentials = taggedCredentials{cfg.Credentials}
	cfg.Credentials = s.credentials
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		return nil, classifyCredentialError(err)
	}
	s.config = cfg
	s.client = s3.NewFromConfig(cfg, s.clientOptions)
	return s, nil
}

// usesCustomEndpoint reports whether the store is not AWS's own.
func usesCustomEndpoint() bool {
	return os.Getenv("AWS_ENDPOINT_URL_S3") != "" || os.Getenv("AWS_ENDPOINT_URL") != ""
}

func (s *Source) clientOptions(o *s3.Options) {
	// Custom endpoints rarely have DNS names for buckets.
	o.UsePathStyle = usesCustomEndpoint()
	if s.settings.AddressingStyle != "" {
		o.UsePathStyle = s.settings.AddressingStyle == "path"
	}
	// The ARN of an access point names its region.
	o.UseARNRegion = true
	// The client of the configuration has a time limit for a whole request, which is right for STS only.
	if client, ok := s.config.HTTPClient.(*awshttp.BuildableClient); ok {
		o.HTTPClient = client.WithTimeout(0)
	}
	// The retries are in package transfer. The SDK's would multiply with them, and its token bucket stops retrying when
	// all requests fail.
	o.Retryer = aws.NopRetryer{}
	// Ranges have no checksum; requesting one logs a warning for each.
	o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
	o.APIOptions = append(o.APIOptions, signWithoutProxyHeaders)
}

// addressing returns the options of a request to a bucket: a host name for an access point, for which the SDK refuses
// path style.
func addressing(bucket string) func(*s3.Options) {
	return func(o *s3.Options) { o.UsePathStyle = o.UsePathStyle && !arn.IsARN(bucket) }
}

// payer returns the value of x-amz-request-payer.
func (s *Source) payer() types.RequestPayer {
	if s.settings.RequesterPays {
		return types.RequestPayerRequester
	}
	return ""
}

// URL returns s3://bucket/key, with ?versionId= if the reference has a version, for messages.
func (s *Source) URL(ref source.Ref) string {
	url := "s3://" + ref.Bucket + "/" + ref.Key
	if ref.Version != "" {
		url += "?versionId=" + ref.Version
	}
	return source.Quote(url)
}
