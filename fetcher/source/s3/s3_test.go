package s3_test

import (
	"context"
	"testing"

	"github.com/modelferry/modelferry/fetcher/source"
	"github.com/modelferry/modelferry/fetcher/source/s3"
	"github.com/modelferry/modelferry/fetcher/source/sourcetest"
	"github.com/modelferry/modelferry/fetcher/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func TestConformance(t *testing.T) {
	sourcetest.Suite(t, storetest.S3(t), func(ctx context.Context) (source.Source, error) { return s3.New(ctx) })
}
