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
		"constant":                              {func(float64) float64 { return 1.5 }, true},
		"linear":                                {func(n float64) float64 { return 1.5 + 0.035*n }, true},
		"linear, middle measured too low":       {func(n float64) float64 { return 1.5 + 0.035*n - noise(n, 0.4) }, true},
		"linear, middle measured too high":      {func(n float64) float64 { return 1.5 + 0.035*n + noise(n, 2) }, true},
		"linear, middle below the first":        {func(n float64) float64 { return 9 + 0.02*n - noise(n, 0.7) }, true},
		"linearithmic":                          {func(n float64) float64 { return 1.5 + 0.01*n*math.Log2(n) }, true},
		"quadratic":                             {func(n float64) float64 { return 0.0004 * n * n }, false},
		"quadratic with a fixed part":           {func(n float64) float64 { return 1.5 + 0.0004*n*n }, false},
		"quadratic with fixed and linear parts": {func(n float64) float64 { return 1.9 + 0.06*n + 0.0005*n*n }, false},
		"quadratic below the time limit":        {func(n float64) float64 { return 1.5 + 0.0002*n*n }, false},
	} {
		t.Run(name, func(t *testing.T) {
			pointAt := func(n float64) point { return point{n, c.cost(n)} }
			got := growthRatio(pointAt(30), pointAt(300))
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
	require.InDelta(t, 1.7, nonlinearity(point{3, 110}, point{30, 100}, point{300, 170}), 0.01, "a decrease counts as constant")
}
