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

// A volume can fill up after the check of the free space, because other pods write to the same disk.
func TestClassifyDiskError_kindByErrno(t *testing.T) {
	pathError := func(err error) error {
		return fmt.Errorf("m: %w", &os.PathError{Op: "write", Path: "m", Err: err})
	}
	tests := []struct {
		name string
		err  error
		want fetcherr.Kind
	}{
		{"a full volume", pathError(unix.ENOSPC), fetcherr.NoSpace},
		{"a full quota", pathError(unix.EDQUOT), fetcherr.NoSpace},
		{"a read-only volume", pathError(unix.EROFS), fetcherr.InvalidConfig},
		{"a folder of another user", pathError(unix.EACCES), fetcherr.InvalidConfig},
		{"a link that cannot be created", &os.LinkError{Op: "symlink", Err: unix.EPERM}, fetcherr.InvalidConfig},
		{"an error keeps its kind", fetcherr.New(fetcherr.Integrity, "x: %w", pathError(unix.ENOSPC)), fetcherr.Integrity},
		{"an error of the network stays transient", errors.New("reset"), fetcherr.Transient},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, fetcherr.KindOf(classifyDiskError(tt.err))) })
	}
	require.NoError(t, classifyDiskError(nil))
}

func TestJoinErrors_permanentBeforeTransient(t *testing.T) {
	transient, permanent := errors.New("503"), fetcherr.New(fetcherr.NotFound, "404")
	err := joinErrors([]error{transient, nil, permanent})
	require.Equal(t, fetcherr.NotFound, fetcherr.KindOf(err))
	require.ErrorIs(t, err, transient)
	require.NoError(t, joinErrors([]error{nil, nil}))
	require.Equal(t, fetcherr.Transient, fetcherr.KindOf(joinErrors([]error{transient})))
}
