package s3

import (
	"context"
	"net/http"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// unsignedHeaders are sent without being covered by the signature. A proxy may change Accept-Encoding, as the front end
// of Cloud Storage does, and may drop headers that it does not know. S3 requires only Host and the x-amz- headers to be
// signed. https://github.com/aws/aws-sdk-go-v2/issues/1816
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
var unsignedHeaders = []string{"Accept-Encoding", "Amz-Sdk-Invocation-Id", "Amz-Sdk-Request"}

// signWithoutProxyHeaders removes unsignedHeaders before the signature is computed and adds them again after it.
func signWithoutProxyHeaders(stack *middleware.Stack) error {
	removed := http.Header{} // a stack is built for each request
	remove := requestStep("RemoveUnsignedHeaders", func(header http.Header) {
		for _, name := range unsignedHeaders {
			if values := header.Values(name); len(values) > 0 {
				removed[name] = values
				header.Del(name)
			}
		}
	})
	restore := requestStep("RestoreUnsignedHeaders", func(header http.Header) {
		for name, values := range removed {
			header[name] = values
		}
	})
	if err := stack.Finalize.Insert(remove, "Signing", middleware.Before); err != nil {
		return err
	}
	return stack.Finalize.Insert(restore, "Signing", middleware.After)
}

// requestStep returns a middleware that changes a request's headers.
func requestStep(id string, change func(http.Header)) middleware.FinalizeMiddleware {
	return middleware.FinalizeMiddlewareFunc(id, func(
		ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler,
	) (middleware.FinalizeOutput, middleware.Metadata, error) {
		if request, ok := in.Request.(*smithyhttp.Request); ok {
			change(request.Header)
		}
		return next.HandleFinalize(ctx, in)
	})
}
