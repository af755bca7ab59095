package transfer

import (
	"context"
	"io"
	"sync"

	"github.com/modelferry/modelferry/fetcher/internal/source"
)

// Opening makes Stat request the content of an object, and keeps the open body for the first Read from the object's
// start: a small object then costs one request, and a large one a round trip less. All other reads are requests as
// before. It is the innermost decorator: the others see a Stat and a Read, each of which may fail and be repeated.
//
// An object without a checksum, or with a Content-Encoding, is looked up by Stat, too. Nothing else would notice that a
// response is shorter than the object, or that a proxy has compressed it.
type Opening struct {
	source.Source
	opener source.Opener
	// max is the number of bodies that are kept at once. Further objects are looked up with Stat.
	max int

	mutex sync.Mutex
	// bodies holds what is kept, and nil for an object that is being opened.
	bodies map[source.Ref]*openedBody
}

// NewOpening returns a decorator of src that keeps at most maxBodies open. A source that is no source.Opener stays as
// it is. The caller closes it.
func NewOpening(src source.Source, maxBodies int) *Opening {
	opener, ok := src.(source.Opener)
	if !ok {
		maxBodies = 0
	}
	return &Opening{Source: src, opener: opener, max: maxBodies, bodies: map[source.Ref]*openedBody{}}
}

// Stat looks up an object, and keeps its open body if there is room.
func (o *Opening) Stat(ctx context.Context, ref source.Ref) (source.Object, error) {
	if !o.reserve(ref) {
		return o.Source.Stat(ctx, ref)
	}
	object, opened, err := o.open(ctx, ref)
	o.mutex.Lock()
	defer o.mutex.Unlock()
	delete(o.bodies, ref)
	if opened != nil {
		o.bodies[ref] = opened
	}
	return object, err
}

func (o *Opening) reserve(ref source.Ref) bool {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if _, isOpen := o.bodies[ref]; isOpen || len(o.bodies) >= o.max {
		return false
	}
	o.bodies[ref] = nil
	return true
}

// open requests an object. The body outlives ctx, which is that of Stat, and is nil if there is none to keep.
func (o *Opening) open(ctx context.Context, ref source.Ref) (source.Object, *openedBody, error) {
	bodyCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, cancel)
	object, body, err := o.opener.Open(bodyCtx, ref)
	if err != nil || body == nil {
		stop()
		cancel()
		return object, nil, err
	}
	opened := &openedBody{body: body, object: object, cancel: cancel}
	if !object.Checksum.Known() || object.Encoding != "" {
		// If the answers differ, the body is not used: it is kept until Read sees another object.
		object, err = o.Source.Stat(ctx, ref)
		opened.object.Checksum = object.Checksum
	}
	if !stop() && err == nil {
		err = context.Cause(ctx) // the request has ended, too
	}
	if err != nil {
		_ = opened.Close() // nothing was read from it
		return source.Object{}, nil, err
	}
	return object, opened, nil
}

// Read returns the kept body of the object, once, if offset is 0, and otherwise opens a range.
func (o *Opening) Read(ctx context.Context, object source.Object, offset, length int64) (io.ReadCloser, error) {
	if offset > 0 {
		return o.Source.Read(ctx, object, offset, length)
	}
	opened := o.take(object.Ref)
	if opened == nil {
		return o.Source.Read(ctx, object, offset, length)
	}
	if opened.object != object || ctx.Err() != nil {
		_ = opened.Close() // nothing was read from it
		return o.Source.Read(ctx, object, offset, length)
	}
	opened.Reader = io.LimitReader(opened.body, length)
	opened.stop = context.AfterFunc(ctx, opened.cancel)
	return opened, nil
}

// Discard closes the body that is kept of an object, if any: nobody will read it.
func (o *Opening) Discard(ref source.Ref) {
	if opened := o.take(ref); opened != nil {
		_ = opened.Close() // nothing was read from it
	}
}

func (o *Opening) take(ref source.Ref) *openedBody {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	opened := o.bodies[ref]
	if opened != nil {
		delete(o.bodies, ref)
	}
	return opened
}

// Close closes all kept bodies. The decorator can be used again.
func (o *Opening) Close() {
	o.mutex.Lock()
	bodies := o.bodies
	o.bodies = map[source.Ref]*openedBody{}
	o.mutex.Unlock()
	for _, opened := range bodies {
		if opened != nil {
			_ = opened.Close() // nothing was read from it
		}
	}
}

// openedBody is the content of an object whose response is open.
type openedBody struct {
	// Reader is the part that was requested of body.
	io.Reader
	body   io.ReadCloser
	object source.Object
	// cancel ends the request of the body. stop ends its call when the context of Read ends.
	cancel context.CancelFunc
	stop   func() bool
}

// Close ends the request.
func (o *openedBody) Close() error {
	if o.stop != nil {
		o.stop()
	}
	defer o.cancel()
	if o.body == nil {
		return nil
	}
	return o.body.Close()
}
