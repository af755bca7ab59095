package mlflow_test

import (
	"errors"
	"io"
	"os"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/cli/internal/mlflow"
	"github.com/modelferry/modelferry/cli/objectstore"
)

// The reader of a bucket has already repeated a read that is cut off.
func TestSave_repeatsAReadUnlessItIsCutOff(t *testing.T) {
	for name, tt := range map[string]struct {
		err  error
		want int
	}{
		"cut":     {io.ErrUnexpectedEOF, 6},
		"cut off": {errors.Join(objectstore.ErrCutOff, io.ErrUnexpectedEOF), 1},
	} {
		t.Run(name, func(t *testing.T) {
			root, err := os.OpenRoot(t.TempDir())
			require.NoError(t, err)
			defer root.Close()
			opened := 0
			err = mlflow.Save(t.Context(), func() (io.ReadCloser, error) {
				opened++
				return io.NopCloser(iotest.ErrReader(tt.err)), nil
			}, root)
			require.ErrorIs(t, err, tt.err)
			require.Equal(t, tt.want, opened)
		})
	}
}
