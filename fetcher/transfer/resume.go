package transfer

import (
	"context"
	"errors"
	"io"
	"log/slog"

	"github.com/modelferry/modelferry/fetcher/fault"
	"github.com/modelferry/modelferry/fetcher/source"
)

// Resume tries again what failed in a way that may pass. A range goes on at
// the byte where it broke, of the same version, so no byte comes twice.
// Tries counts the failures in a row that bring nothing.
func Resume(src source.Source, tries int, backoff Backoff, log *slog.Logger) source.Source {
	return &resuming{Source: src, tries: tries, backoff: backoff, log: log}
}

type resuming struct {
	source.Source
	tries   int
	backoff Backoff
	log     *slog.Logger
}

func (s *resuming) Stat(ctx context.Context, ref source.Ref) (source.Object, error) {
	for failures := 0; ; failures++ {
		object, err := s.Source.Stat(ctx, ref)
		if err == nil {
			return object, nil
		}
		if err := s.pause(ctx, ref, failures, err); err != nil {
			return source.Object{}, err
		}
	}
}

func (s *resuming) Read(ctx context.Context, object source.Object, offset, length int64) (io.ReadCloser, error) {
	body := &resumed{source: s, ctx: ctx, object: object, offset: offset, end: offset + length}
	if err := body.open(); err != nil {
		return nil, err
	}
	return body, nil
}

// pause waits before the next try, or returns what ends the trying.
func (s *resuming) pause(ctx context.Context, ref source.Ref, failures int, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if fault.KindOf(err) != fault.Transient || failures+1 >= s.tries {
		return err
	}
	delay := s.backoff.Delay(failures)
	s.log.Warn("trying again", "source", s.URL(ref), "wait", delay.String(), "error", err.Error())
	return Wait(ctx, delay)
}

// resumed is a range's body that reopens itself.
type resumed struct {
	source      *resuming
	ctx         context.Context
	object      source.Object
	body        io.ReadCloser
	offset, end int64
	failures    int
}

func (r *resumed) open() error {
	for {
		body, err := r.source.Source.Read(r.ctx, r.object, r.offset, r.end-r.offset)
		if err == nil {
			r.body = body
			return nil
		}
		if err := r.again(err); err != nil {
			return err
		}
	}
}

func (r *resumed) again(err error) error {
	if err := r.source.pause(r.ctx, r.object.Ref, r.failures, err); err != nil {
		return err
	}
	r.failures++
	return nil
}

func (r *resumed) Read(p []byte) (int, error) {
	if r.offset == r.end {
		return 0, io.EOF
	}
	if r.body == nil {
		if err := r.open(); err != nil {
			return 0, err
		}
	}
	n, err := r.body.Read(p)
	r.offset += int64(n)
	if n > 0 {
		r.failures = 0
	}
	if err == nil || r.offset == r.end {
		return n, nil
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	// The slot and the connection go back before the wait.
	_ = r.Close() // it is broken already
	return n, r.again(err)
}

func (r *resumed) Close() error {
	if r.body == nil {
		return nil
	}
	err := r.body.Close()
	r.body = nil
	return err
}
