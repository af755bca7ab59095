package transfer

import (
	"context"
	"io"
	"sync"

	"github.com/modelferry/modelferry/fetcher/internal/source"
)

// WithConcurrencyLimit allows at most n open ranges, over all objects of a run.
func WithConcurrencyLimit(src source.Source, n int) source.Source {
	return &limitedSource{Source: src, slots: make(chan struct{}, n)}
}

type limitedSource struct {
	source.Source
	slots chan struct{}
}

func (s *limitedSource) Read(ctx context.Context, object source.Object, offset, length int64) (io.ReadCloser, error) {
	select {
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	release := sync.OnceFunc(func() { <-s.slots })
	body, err := s.Source.Read(ctx, object, offset, length)
	if err != nil {
		release()
		return nil, err
	}
	return &slotBody{ReadCloser: body, release: release}, nil
}

type slotBody struct {
	io.ReadCloser
	release func()
}

func (s *slotBody) Close() error {
	defer s.release()
	return s.ReadCloser.Close()
}
