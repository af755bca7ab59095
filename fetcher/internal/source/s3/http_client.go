package s3

import (
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"

	"github.com/modelferry/modelferry/fetcher/internal/source"
)

// newHTTPClient returns the SDK's HTTP client without HTTP/2. AWS's own endpoints have none, but an ingress before
// another store does. It is a BuildableClient, so that the SDK can add AWS_CA_BUNDLE.
func newHTTPClient() *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().WithTransportOptions(source.ConfigureTransport)
}
