package gcs_test

import (
	"context"
	"testing"

	"github.com/modelferry/modelferry/fetcher/internal/source"
	"github.com/modelferry/modelferry/fetcher/internal/source/gcs"
	"github.com/modelferry/modelferry/fetcher/internal/source/sourcetest"
	"github.com/modelferry/modelferry/fetcher/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func TestSource_conformance(t *testing.T) {
	for name, store := range map[string]storetest.Store{"fake-gcs-server": storetest.GCS(t), "fake": storetest.FakeGCS(t)} {
		t.Run(name, func(t *testing.T) {
			sourcetest.RunConformance(t, store, func(context.Context) (source.Source, error) { return gcs.New("test/1") })
		})
	}
}

func TestSource_deviations(t *testing.T) {
	sourcetest.RunDeviations(t, storetest.FakeGCS, func(context.Context) (source.Source, error) { return gcs.New("test/1") })
}
