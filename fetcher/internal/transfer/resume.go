package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/source"
)

// Patience says how long a request is tried again. Only failures in a row
// count, in which no byte came.
type Patience struct {
	// Tries make a round, with the short waits of Quick between them.
	Tries int
	Quick Backoff
	// Rounds are how many more follow the first, each after a wait of Slow.
	Rounds int
	Slow   Backoff
}

// ErrGaveUp marks what was tried until the patience was out: there is no use
// in a caller's trying it again.
var ErrGaveUp = errors.New("gave up")

// Resume tries again what failed in a way that may pass. A range goes on at
// the byte where it broke, of the same version, and the others go on beside
// it: what has come is never asked for again.
func Resume(src source.Source, patience Patience, log *slog.Logger) source.Source {
	return &resuming{Source: src, patience: patience, log: log}
}

type resuming struct {
	source.Source
	patience Patience
	log      *slog.Logger
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
	if fetcherr.KindOf(err) != fetcherr.Transient {
		return err
	}
	p := s.patience
	tries, round := failures+1, failures/p.Tries
	delay := p.Quick.Delay(failures % p.Tries)
	if tries%p.Tries == 0 {
		if round == p.Rounds {
			return fmt.Errorf("%w after %d tries: %w", ErrGaveUp, tries, err)
		}
		delay = p.Slow.Delay(round)
	}
	// A server that asks for a day is not waited for that long.
	delay = max(delay, min(fetcherr.AfterOf(err), p.Slow.Cap))
	s.log.Warn("trying again", "source", s.URL(ref), "failures", tries, "wait", delay.String(), "error", err.Error())
	if Wait(ctx, delay) != nil {
		return err // the last thing that went wrong says more than the wait
	}
	return nil
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
