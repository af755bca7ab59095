package exitcode_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/modelferry/modelferry/cli/internal/exitcode"
	"github.com/modelferry/modelferry/cli/objectstore"
	"github.com/modelferry/modelferry/config"
)

func TestOf(t *testing.T) {
	invalidConfig := config.NewValidationError(field.ErrorList{field.Required(config.Path("cloud"), "must be set")})
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		name string
		ctx  context.Context
		err  error
		want int
	}{
		{"none", t.Context(), nil, 0},
		{"unknown", t.Context(), errors.New("x"), exitcode.Failed},
		{"config", t.Context(), fmt.Errorf("Pulumi.gke.yaml: %w", invalidConfig), exitcode.Invalid},
		{"invalid store", t.Context(), fmt.Errorf("x: %w", objectstore.ErrInvalid), exitcode.Invalid},
		{"denied", t.Context(), fmt.Errorf("x: %w", objectstore.ErrDenied), exitcode.Denied},
		{"not found", t.Context(), fmt.Errorf("x: %w", objectstore.ErrNotFound), exitcode.NotFound},
		{"full", t.Context(), objectstore.ErrNoSpace, exitcode.Failed},
		{"own code wins", t.Context(), exitcode.WithCode(exitcode.NotFound, objectstore.ErrDenied), exitcode.NotFound},
		{"wrapped code", t.Context(), fmt.Errorf("x: %w", exitcode.WithCode(exitcode.Invalid, errors.New("y"))), exitcode.Invalid},
		{"interrupt", interrupted, errors.New("signal: interrupt"), exitcode.Interrupted},
		{"timeout", t.Context(), fmt.Errorf("x: %w", context.DeadlineExceeded), exitcode.Interrupted},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.want, exitcode.Of(c.ctx, c.err)) })
	}
	require.NoError(t, exitcode.WithCode(exitcode.Invalid, nil))
}
