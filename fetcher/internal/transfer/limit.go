package transfer

import (
	"context"
	"io"
	"sync"

	"github.com/modelferry/modelferry/fetcher/internal/source"
)

// Limit keeps at most n ranges open at once, over all objects of a run.
func Limit(src source.Source, n int) source.Source {
	return &limited{Source: src, slots: make(chan struct{}, n)}
}

type limited struct {
	source.Source
	slots chan struct{}
}

func (s *limited) Read(ctx context.Context, object source.Object, offset, length int64) (io.ReadCloser, error) {
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
	return &slot{ReadCloser: body, release: release}, nil
}

type slot struct {
	io.ReadCloser
	release func()
}

func (s *slot) Close() error {
	defer s.release()
	return s.ReadCloser.Close()
}
