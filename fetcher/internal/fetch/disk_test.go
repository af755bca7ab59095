package fetch

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
)

// A volume that fills up while it is written, which the check before the
// first byte cannot see: other pods write to the same disk.
func TestErrorsOfTheDiskHaveTheirKind(t *testing.T) {
	on := func(err error) error {
		return fmt.Errorf("m: %w", &os.PathError{Op: "write", Path: "m", Err: err})
	}
	tests := []struct {
		name string
		err  error
		want fetcherr.Kind
	}{
		{"a full volume", on(unix.ENOSPC), fetcherr.NoSpace},
		{"a full quota", on(unix.EDQUOT), fetcherr.NoSpace},
		{"a read-only volume", on(unix.EROFS), fetcherr.Config},
		{"a folder of another user", on(unix.EACCES), fetcherr.Config},
		{"a link that cannot be made", &os.LinkError{Op: "symlink", Err: unix.EPERM}, fetcherr.Config},
		{"a fault keeps its kind", fetcherr.New(fetcherr.Integrity, "x: %w", on(unix.ENOSPC)), fetcherr.Integrity},
		{"an error of the network stays transient", errors.New("reset"), fetcherr.Transient},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, fetcherr.KindOf(disk(tt.err))) })
	}
	require.NoError(t, disk(nil))
}

func TestWhatLastsDecidesOverWhatPasses(t *testing.T) {
	passing, lasting := errors.New("503"), fetcherr.New(fetcherr.Missing, "404")
	err := final([]error{passing, nil, lasting})
	require.Equal(t, fetcherr.Missing, fetcherr.KindOf(err))
	require.ErrorIs(t, err, passing)
	require.NoError(t, final([]error{nil, nil}))
	require.Equal(t, fetcherr.Transient, fetcherr.KindOf(final([]error{passing})))
}
