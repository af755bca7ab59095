package main

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGrowthRatio(t *testing.T) {
	for name, c := range map[string]struct {
		cost   func(services float64) float64
		passes bool
	}{
		"the same whatever there is":               {func(float64) float64 { return 1.5 }, true},
		"a line":                                   {func(n float64) float64 { return 1.5 + 0.035*n }, true},
		"a line, the middle measured too low":      {func(n float64) float64 { return 1.5 + 0.035*n - noise(n, 0.4) }, true},
		"a line, the middle measured too high":     {func(n float64) float64 { return 1.5 + 0.035*n + noise(n, 2) }, true},
		"a line, the middle below the first":       {func(n float64) float64 { return 9 + 0.02*n - noise(n, 0.7) }, true},
		"a logarithm beside it":                    {func(n float64) float64 { return 1.5 + 0.01*n*math.Log2(n) }, true},
		"a square":                                 {func(n float64) float64 { return 0.0004 * n * n }, false},
		"a square beside the engine's own":         {func(n float64) float64 { return 1.5 + 0.0004*n*n }, false},
		"a square beside the engine's and a line":  {func(n float64) float64 { return 1.9 + 0.06*n + 0.0005*n*n }, false},
		"a square of which the minute would allow": {func(n float64) float64 { return 1.5 + 0.0002*n*n }, false},
	} {
		t.Run(name, func(t *testing.T) {
			at := func(n float64) point { return point{n, c.cost(n)} }
			got := growthRatio(at(30), at(300))
			t.Logf("%.2f", got)
			require.Equal(t, c.passes, got <= maxGrowthRatio, "%.2f", got)
		})
	}
}

// noise returns the error of a measurement of 30 services.
func noise(n, seconds float64) float64 {
	if n == 30 {
		return seconds
	}
	return 0
}

func TestNonlinearity(t *testing.T) {
	line := func(n float64) point { return point{n, 110 + 0.3*n} }
	require.InDelta(t, 1, nonlinearity(line(3), line(30), line(300)), 0.01)
	square := func(n float64) point { return point{n, 110 + 0.003*n*n} }
	require.Greater(t, nonlinearity(square(3), square(30), square(300)), float64(maxNonlinearity))
	require.InDelta(t, 1.7, nonlinearity(point{3, 110}, point{30, 100}, point{300, 170}), 0.01, "what seems to save is free")
}
