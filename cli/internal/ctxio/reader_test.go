package ctxio_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/cli/internal/ctxio"
)

func TestNewReader(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	reader := ctxio.NewReader(ctx, strings.NewReader("content"))
	content := make([]byte, 3)
	_, err := io.ReadFull(reader, content)
	require.NoError(t, err)
	require.Equal(t, "con", string(content))
	interrupted := errors.New("interrupted")
	cancel(interrupted)
	_, err = reader.Read(content)
	require.ErrorIs(t, err, interrupted)
}
