package transfer

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/source"
)

// Watch gives up a request that brings nothing for idle, or far less than the
// others do, as a transient fault, so that another connection is tried: one
// whose peer is gone stays open for minutes, and the SDKs do not look. Time
// that the reader spends elsewhere does not count.
func Watch(src source.Source, idle time.Duration) source.Source {
	return &watching{Source: src, idle: idle, pace: &pace{}}
}

type watching struct {
	source.Source
	idle time.Duration
	pace *pace
}

func (s *watching) Stat(ctx context.Context, ref source.Ref) (source.Object, error) {
	dog, ctx := s.dog(ctx, ref)
	defer dog.end()
	object, err := s.Source.Stat(ctx, ref)
	return object, dog.reason(err)
}

func (s *watching) Read(ctx context.Context, object source.Object, offset, length int64) (io.ReadCloser, error) {
	dog, ctx := s.dog(ctx, object.Ref)
	body, err := s.Source.Read(ctx, object, offset, length)
	if err != nil {
		defer dog.end()
		return nil, dog.reason(err)
	}
	dog.timer.Stop()
	return &watched{body: body, dog: dog, pace: s.pace, url: s.URL(object.Ref)}, nil
}

// dog ends a request's context when its timer runs out.
type dog struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	timer  *time.Timer
	idle   time.Duration
}

func (s *watching) dog(parent context.Context, ref source.Ref) (*dog, context.Context) {
	ctx, cancel := context.WithCancelCause(parent)
	stalled := fetcherr.New(fetcherr.Transient, "%s: no byte for %s", s.URL(ref), s.idle)
	timer := time.AfterFunc(s.idle, func() { cancel(stalled) })
	return &dog{ctx: ctx, cancel: cancel, timer: timer, idle: s.idle}, ctx
}

// reason puts the stall in place of the "context canceled" that it causes.
func (d *dog) reason(err error) error {
	if err != nil && !errors.Is(err, io.EOF) && d.ctx.Err() != nil {
		return context.Cause(d.ctx)
	}
	return err
}

func (d *dog) end() {
	d.timer.Stop()
	d.cancel(nil)
}

type watched struct {
	body io.ReadCloser
	dog  *dog
	pace *pace
	url  string
	// bytes came within took, waits for the reader not counted.
	bytes int64
	took  time.Duration
}

func (w *watched) Read(p []byte) (int, error) {
	began := time.Now()
	w.dog.timer.Reset(w.dog.idle)
	n, err := w.body.Read(p)
	w.dog.timer.Stop()
	w.bytes, w.took = w.bytes+int64(n), w.took+time.Since(began)
	if err != nil {
		return n, w.dog.reason(err)
	}
	if usual, slow := w.pace.slow(w.bytes, w.took); slow {
		return n, fetcherr.New(fetcherr.Transient, "%s: %.0f bytes a second where %.0f are usual", w.url, float64(w.bytes)/w.took.Seconds(), usual)
	}
	return n, nil
}

func (w *watched) Close() error {
	w.dog.end()
	w.pace.note(w.bytes, w.took)
	return w.body.Close()
}
