package main

import (
	"context"
	"log/slog"
	"strings"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/identity"
	"github.com/modelferry/modelferry/fetcher/internal/source"
	"github.com/modelferry/modelferry/fetcher/internal/source/gcs"
	"github.com/modelferry/modelferry/fetcher/internal/source/s3"
	"github.com/modelferry/modelferry/fetcher/request"
)

// openSource creates the request's source. It is the only place that switches on the cloud.
func openSource(ctx context.Context, req request.Request, log *slog.Logger) (source.Source, error) {
	switch req.Cloud {
	case request.GCS:
		if err := identity.WaitForGKEToken(ctx, req.IdentityWait, log); err != nil {
			return nil, err
		}
		return gcs.New(userAgent(), func(s *gcs.Settings) { s.UserProject = req.UserProject })
	case request.S3:
		return s3.New(ctx, func(s *s3.Settings) {
			s.AddressingStyle, s.RequesterPays = req.AddressingStyle, req.RequesterPays
		})
	}
	return nil, fetcherr.New(fetcherr.InvalidConfig, "invalid cloud %q: must be %s or %s", req.Cloud, request.GCS, request.S3)
}

// userAgent returns the User-Agent of requests to GCS. The AWS SDK has its own.
func userAgent() string {
	return "modelferry-fetcher/" + strings.Trim(versionString(), "()") // parentheses would begin a comment
}
