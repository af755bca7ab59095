package components

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestRolloutTimeout(t *testing.T) {
	require.Equal(t, 11*time.Minute, rolloutTimeout(10*time.Minute))
	require.Equal(t, 30*time.Second, rolloutTimeout(15*time.Second))
}
