package objectstore_test

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/cli/internal/uploadtest"
	"github.com/modelferry/modelferry/cli/objectstore"
)

func TestPut_everySizeIsReadBack(t *testing.T) {
	onEachStore(t, func(t *testing.T, _ uploadtest.Store, store objectstore.Store) {
		for i, size := range []int{0, 1, 4096, objectstore.SingleRequest, objectstore.SingleRequest + 1, objectstore.PartSize,
			objectstore.PartSize + 1, 2*objectstore.PartSize + 12345} {
			key := fmt.Sprintf("bankchurn/%012d/model.joblib", size)
			content, upload := randomContent(size, uint64(i))
			var reported []int64
			put, err := store.Put(t.Context(), key, upload, objectstore.PutOptions{
				Progress: func(n int64) { reported = append(reported, n) },
			})
			require.NoError(t, err, key)
			require.Zero(t, reported[0], "nothing was sent before")
			require.EqualValues(t, size, reported[len(reported)-1], key)
			require.Equal(t, upload.SHA256, put.SHA256)
			require.EqualValues(t, size, put.Size)
			require.NotEmpty(t, put.Version, "the bucket has versioning")

			stat, err := store.Stat(t.Context(), key)
			require.NoError(t, err)
			require.False(t, stat.Created.IsZero())
			put.Created = stat.Created
			require.Equal(t, put, stat)
			require.True(t, bytes.Equal(content, read(t, store, key)), key)
		}
	})
}

func TestPut_neverOverwrites(t *testing.T) {
	onEachStore(t, func(t *testing.T, _ uploadtest.Store, store objectstore.Store) {
		first, upload := randomContent(1000, 1)
		before, err := store.Put(t.Context(), "key", upload, objectstore.PutOptions{})
		require.NoError(t, err)
		for name, size := range map[string]int{"one request": 2000, "several requests": objectstore.PartSize + 1} {
			_, other := randomContent(size, 2)
			_, err := store.Put(t.Context(), "key", other, objectstore.PutOptions{StateDir: t.TempDir()})
			require.ErrorIs(t, err, objectstore.ErrExists, name)
			require.ErrorContains(t, err, store.URL("key"), name)
		}
		_, err = store.Put(t.Context(), "key", upload, objectstore.PutOptions{})
		require.ErrorIs(t, err, objectstore.ErrExists, "the same content")
		after, err := store.Stat(t.Context(), "key")
		require.NoError(t, err)
		require.Equal(t, before.Version, after.Version)
		require.Equal(t, first, read(t, store, "key"))
	})
}

// Of uploads of different contents at the same time exactly one wins, and the object is that one.
func TestPut_oneOfSeveralAtTheSameTime(t *testing.T) {
	onEachStore(t, func(t *testing.T, _ uploadtest.Store, store objectstore.Store) {
		for name, size := range map[string]int{"small": 100, "large": objectstore.PartSize + 100} {
			var group sync.WaitGroup
			contents, errs := make([][]byte, 5), make([]error, 5)
			for i := range contents {
				content, upload := randomContent(size, uint64(i))
				contents[i] = content
				group.Go(func() { _, errs[i] = store.Put(t.Context(), name, upload, objectstore.PutOptions{}) })
			}
			group.Wait()
			winner := -1
			for i, err := range errs {
				if err == nil {
					require.Equal(t, -1, winner, "two uploads succeeded")
					winner = i
					continue
				}
				require.ErrorIs(t, err, objectstore.ErrExists)
			}
			require.GreaterOrEqual(t, winner, 0, "%v", errors.Join(errs...))
			require.True(t, bytes.Equal(contents[winner], read(t, store, name)))
		}
	})
}

func TestPut_contentIsNotTheExpected(t *testing.T) {
	onEachStore(t, func(t *testing.T, server uploadtest.Store, store objectstore.Store) {
		_, upload := randomContent(100, 1)
		for name, change := range map[string]func(*objectstore.Content){
			"another digest": func(c *objectstore.Content) { c.SHA256 = sha256Of([]byte("other")) },
			"truncated":      func(c *objectstore.Content) { c.Size++ },
		} {
			changed := upload
			change(&changed)
			_, err := store.Put(t.Context(), "key", changed, objectstore.PutOptions{})
			require.ErrorIs(t, err, objectstore.ErrContentChanged, name)
		}
		require.Zero(t, server.Received())
		requireMissing(t, store, "key")
		_, err := store.Put(t.Context(), "", upload, objectstore.PutOptions{})
		require.ErrorIs(t, err, objectstore.ErrInvalid)
	})
}

func TestStore_keys(t *testing.T) {
	onEachStore(t, func(t *testing.T, _ uploadtest.Store, store objectstore.Store) {
		keys := []string{"a b/c+d&e=f.bin", "ä/ö%20.bin", "b/#?.bin", "b/x", "c"}
		for _, key := range keys {
			_, err := store.Put(t.Context(), key, contentOf([]byte(key)), objectstore.PutOptions{})
			require.NoError(t, err, key)
			require.Equal(t, key, string(read(t, store, key)))
		}
		for prefix, want := range map[string][]string{"": {"a b/c+d&e=f.bin", "b/#?.bin", "b/x", "c", "ä/ö%20.bin"}, "b/": {"b/#?.bin", "b/x"}, "d": nil} {
			objects, err := store.List(t.Context(), prefix)
			require.NoError(t, err)
			var listed []string
			for _, object := range objects {
				listed = append(listed, object.Key)
				require.EqualValues(t, len(object.Key), object.Size)
			}
			require.Equal(t, want, listed, prefix)
		}
	})
}

func TestStore_notFound(t *testing.T) {
	onEachStore(t, func(t *testing.T, server uploadtest.Store, store objectstore.Store) {
		_, err := store.Stat(t.Context(), "missing")
		require.ErrorIs(t, err, objectstore.ErrNotFound)
		_, _, err = store.Open(t.Context(), "missing")
		require.ErrorIs(t, err, objectstore.ErrNotFound)

		server.Location.Bucket = "no-such-bucket"
		store = open(t, server)
		for name, size := range map[string]int{"small": 10, "large": objectstore.PartSize + 1} {
			_, upload := randomContent(size, 1)
			_, err = store.Put(t.Context(), "key", upload, objectstore.PutOptions{})
			require.ErrorIs(t, err, objectstore.ErrNotFound, name)
			require.ErrorContains(t, err, "check that the bucket", name)
		}
		_, err = store.List(t.Context(), "")
		require.ErrorIs(t, err, objectstore.ErrNotFound)
	})
}
