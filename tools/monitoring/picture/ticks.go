package picture

import (
	"math"
	"time"
)

// ticks returns round values from low to high, about count of them.
func ticks(low, high float64, count int) []float64 {
	step := roundStep((high - low) / float64(count))
	var values []float64
	for k := math.Ceil(low / step); k*step <= high*(1+1e-9); k++ {
		values = append(values, k*step)
	}
	return values
}

// roundStep returns the smallest of 1, 2, 5 times a power of ten that is not below the step.
func roundStep(step float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(step)))
	for _, factor := range []float64{1, 2, 5} {
		if factor*power >= step*(1-1e-9) {
			return factor * power
		}
	}
	return 10 * power
}

// timeSteps are the distances of marks on the time axis.
var timeSteps = []time.Duration{
	15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute,
	30 * time.Minute, time.Hour, 2 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour,
}

// timeTicks returns round times of a range, at most count of them unless it is longer than days.
func timeTicks(r Range, count int) []time.Time {
	step := timeSteps[len(timeSteps)-1]
	for _, s := range timeSteps {
		if r.To.Sub(r.From) <= s*time.Duration(count) {
			step = s
			break
		}
	}
	var times []time.Time
	for t := r.From.Truncate(step); !t.After(r.To); t = t.Add(step) {
		if !t.Before(r.From) {
			times = append(times, t)
		}
	}
	return times
}
