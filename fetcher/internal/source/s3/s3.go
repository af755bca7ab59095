// Package s3 reads objects from S3 and from servers that speak its protocol.
package s3

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/source"
)

// Source reads from S3. Make it with New.
type Source struct {
	client *s3.Client
	config aws.Config
}

// New makes a Source with the identity of the SDK's default chain, but for its
// last link, the node's own role: a pod reads as itself or not at all. It asks
// for credentials at once: a pod without an identity ends here in
// fetcherr.Denied, with the chain's own account of what it tried, one whose
// identity may be on its way in fetcherr.Unsettled. An STS that does not answer
// is a transient error.
func New(ctx context.Context) (*Source, error) {
	cfg, err := config.LoadDefaultConfig(ctx, config.WithEC2IMDSClientEnableState(imds.ClientDisabled))
	if err != nil {
		return nil, fetcherr.New(fetcherr.InvalidConfig, "AWS configuration: %w", err)
	}
	if cfg.Region == "" {
		return nil, fetcherr.New(fetcherr.InvalidConfig, "no AWS region").WithHint("set AWS_REGION to the bucket's region")
	}
	cfg.Credentials = taggedCredentials{cfg.Credentials}
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		return nil, classifyCredentialError(err)
	}
	return &Source{client: s3.NewFromConfig(cfg, clientOptions), config: cfg}, nil
}

// usesCustomEndpoint says whether the store is another than AWS's own.
func usesCustomEndpoint() bool {
	return os.Getenv("AWS_ENDPOINT_URL_S3") != "" || os.Getenv("AWS_ENDPOINT_URL") != ""
}

func clientOptions(o *s3.Options) {
	// Buckets below a private endpoint seldom have names of their own in DNS.
	o.UsePathStyle = usesCustomEndpoint()
	// Retries belong to transfer; the SDK's would multiply with them, and
	// their token bucket ends waiting when everything fails at once.
	o.Retryer = aws.NopRetryer{}
	// Ranges carry no checksum; asking for one only logs a warning each.
	o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
}

// URL returns s3://bucket/key, with the version id when one is asked for.
func (s *Source) URL(ref source.Ref) string {
	url := "s3://" + ref.Bucket + "/" + ref.Key
	if ref.Version != "" {
		url += "?versionId=" + ref.Version
	}
	return url
}

// Stat finds the object's size, entity tag, version id and, where it was
// uploaded with one, the checksum of the whole object.
func (s *Source) Stat(ctx context.Context, ref source.Ref) (source.Object, error) {
	head, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{
		Bucket: &ref.Bucket, Key: &ref.Key, VersionId: optionalString(ref.Version),
		ChecksumMode: types.ChecksumModeEnabled,
	})
	if err != nil {
		return source.Object{}, s.classifyHeadError(ctx, ref, err)
	}
	return source.Object{
		Ref:      ref,
		Size:     aws.ToInt64(head.ContentLength),
		Version:  aws.ToString(head.VersionId),
		ETag:     aws.ToString(head.ETag),
		Checksum: objectChecksum(head),
	}, nil
}

// Read opens a range under the condition that the entity tag still holds.
// The version id goes along only when it was asked for: reading by version
// takes s3:GetObjectVersion, a grant that a pod without a pin does not need.
func (s *Source) Read(ctx context.Context, object source.Object, offset, length int64) (io.ReadCloser, error) {
	last := offset + length - 1
	out, err := s.client.GetObject(ctx, &s3.GetObjectInput{
		Bucket: &object.Bucket, Key: &object.Key,
		VersionId: optionalString(object.Ref.Version),
		IfMatch:   optionalString(object.ETag),
		Range:     aws.String(fmt.Sprintf("bytes=%d-%d", offset, last)),
	})
	if err != nil {
		return nil, notFoundAsChanged(s.URL(object.Ref), classifyError(s.URL(object.Ref), object.Ref, err))
	}
	if err := source.CheckContentRange(s.URL(object.Ref), aws.ToString(out.ContentRange), offset, length, object.Size); err != nil {
		_ = out.Body.Close() // nothing of it was read
		return nil, err
	}
	return source.ExactBody(out.Body, length), nil
}

// classifyHeadError finds the reason of a refused HEAD, whose answer has no body, by
// asking for the first byte.
func (s *Source) classifyHeadError(ctx context.Context, ref source.Ref, err error) error {
	first := classifyError(s.URL(ref), ref, err)
	if fetcherr.KindOf(first) == fetcherr.Transient {
		return first
	}
	out, err := s.client.GetObject(ctx, &s3.GetObjectInput{
		Bucket: &ref.Bucket, Key: &ref.Key, VersionId: optionalString(ref.Version), Range: aws.String("bytes=0-0"),
	})
	if err == nil {
		_ = out.Body.Close() // the byte itself is of no use
		return first
	}
	if second := classifyError(s.URL(ref), ref, err); fetcherr.KindOf(second) != fetcherr.Transient {
		return second
	}
	return first
}

func optionalString(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
