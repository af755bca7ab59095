package gcs_test

import (
	"context"
	"testing"

	"github.com/modelferry/modelferry/fetcher/source"
	"github.com/modelferry/modelferry/fetcher/source/gcs"
	"github.com/modelferry/modelferry/fetcher/source/sourcetest"
	"github.com/modelferry/modelferry/fetcher/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func TestConformance(t *testing.T) {
	sourcetest.Suite(t, storetest.GCS(t), func(ctx context.Context) (source.Source, error) { return gcs.New(ctx) })
}
