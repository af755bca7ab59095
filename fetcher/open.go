package main

import (
	"context"
	"log/slog"

	"github.com/modelferry/modelferry/fetcher/fault"
	"github.com/modelferry/modelferry/fetcher/identity"
	"github.com/modelferry/modelferry/fetcher/request"
	"github.com/modelferry/modelferry/fetcher/source"
	"github.com/modelferry/modelferry/fetcher/source/gcs"
	"github.com/modelferry/modelferry/fetcher/source/s3"
)

// open makes the request's source. This is the only switch on the cloud.
func open(ctx context.Context, req request.Request, log *slog.Logger) (source.Source, error) {
	switch req.Cloud {
	case request.GCS:
		if err := identity.AwaitGKE(ctx, req.IdentityWait, log); err != nil {
			return nil, err
		}
		return gcs.New(ctx)
	case request.S3:
		return s3.New(ctx)
	}
	return nil, fault.New(fault.Config, "cloud %q: want %s or %s", req.Cloud, request.GCS, request.S3)
}
