package records

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"

	"golang.org/x/sync/errgroup"

	"github.com/modelferry/modelferry/cli/objectstore"
)

// ErrConflict means that someone else has recorded a release at the same time.
var ErrConflict = errors.New("another release was recorded at the same time")

// Log is the records of a service in a bucket.
type Log struct {
	Store   objectstore.Store
	Service string
}

// folder is the prefix of all records. No service's identity may read it.
const folder = ".modelferry/releases"

// maxRecordBytes bounds what is read of a record.
const maxRecordBytes = 1 << 20

func (l Log) prefix() string { return path.Join(folder, l.Service) + "/" }

func (l Log) key(number int) string { return fmt.Sprintf("%s%06d.json", l.prefix(), number) }

// URL returns the URL of a record.
func (l Log) URL(number int) string { return l.Store.URL(l.key(number)) }

// Read returns all records, the oldest first.
func (l Log) Read(ctx context.Context) ([]Record, error) {
	objects, err := l.Store.List(ctx, l.prefix())
	if err != nil {
		return nil, fmt.Errorf("records of %s: %w", l.Service, err)
	}
	const parallel = 16
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	records := make([]Record, len(objects))
	for i, object := range objects {
		group.Go(func() error {
			if object.Key != l.key(i+1) {
				return fmt.Errorf("%s: expected record %d: records must not be deleted, and the folder must have no other objects",
					l.Store.URL(object.Key), i+1)
			}
			content, err := l.read(ctx, object.Key)
			if err != nil {
				return err
			}
			if err := json.Unmarshal(content, &records[i]); err != nil {
				return fmt.Errorf("%s: must be a record of a release: %w", l.Store.URL(object.Key), err)
			}
			if r := records[i]; r.Number != i+1 || r.Service != l.Service {
				return fmt.Errorf(
					"%s: must be record %d of %s, and is record %d of %q",
					l.Store.URL(object.Key),
					i+1,
					l.Service,
					r.Number,
					r.Service,
				)
			}
			return nil
		})
	}
	return records, group.Wait()
}

func (l Log) read(ctx context.Context, key string) ([]byte, error) {
	reader, _, err := l.Store.Open(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("record %s: %w", l.Store.URL(key), err)
	}
	defer reader.Close()
	content, err := io.ReadAll(io.LimitReader(reader, maxRecordBytes))
	if err != nil {
		return nil, fmt.Errorf("record %s: %w", l.Store.URL(key), err)
	}
	return content, nil
}

// Append creates the record that follows count records, and returns it with its number. The number is a
// compare-and-swap: the error is ErrConflict if someone else has taken it.
func (l Log) Append(ctx context.Context, count int, r Record) (Record, error) {
	r.Number, r.Service = count+1, l.Service
	content, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return Record{}, err
	}
	content = append(content, '\n')
	if len(content) > maxRecordBytes {
		return Record{}, fmt.Errorf("the record of the release of %s has %d bytes, more than %d: the registry's annotations are too long",
			l.Service, len(content), maxRecordBytes)
	}
	sum := sha256.Sum256(content)
	_, err = l.Store.Put(ctx, l.key(r.Number), objectstore.Content{
		File: bytes.NewReader(content), Size: int64(len(content)), SHA256: hex.EncodeToString(sum[:]),
	}, objectstore.PutOptions{})
	if !errors.Is(err, objectstore.ErrExists) {
		if err != nil {
			return Record{}, fmt.Errorf("record the release of %s: %w", l.Service, err)
		}
		return r, nil
	}
	existing, err := l.read(ctx, l.key(r.Number))
	if err != nil {
		return Record{}, err
	}
	if bytes.Equal(existing, content) {
		return r, nil // a repeated request met its own record
	}
	var other Record
	if err := json.Unmarshal(existing, &other); err != nil {
		return Record{}, fmt.Errorf("%s: must be a record of a release: %w", l.URL(r.Number), err)
	}
	return Record{}, fmt.Errorf("%s: %w: number %d, by %s for stack %s: look at modelferry history %s, then run the command again",
		l.Service, ErrConflict, other.Number, other.Who, other.Stack, l.Service)
}
