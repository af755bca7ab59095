package picture

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// Prometheus is a client of Prometheus' API.
// https://prometheus.io/docs/prometheus/latest/querying/api/
type Prometheus struct {
	// URL of Prometheus, without a path.
	URL string
}

// series is one result of a query.
type series struct {
	labels map[string]string
	// name in the legend.
	name   string
	points []point
}

// point is a sample: the time in Unix seconds, and the value, which may be NaN.
type point struct{ time, value float64 }

// last returns the newest value, NaN if there is none.
func (s series) last() float64 {
	if len(s.points) == 0 {
		return math.NaN()
	}
	return s.points[len(s.points)-1].value
}

// sortKey orders the results of a query, whose order Prometheus does not promise.
func (s series) sortKey() string {
	key := s.name
	for _, label := range slices.Sorted(maps.Keys(s.labels)) {
		key += "\x00" + label + "\x00" + s.labels[label]
	}
	return key
}

// Range is the time that a dashboard shows.
type Range struct {
	From, To time.Time
	Step     time.Duration
}

func (p Prometheus) queryRange(ctx context.Context, expr string, r Range) ([]series, error) {
	return p.get(ctx, "query_range", url.Values{
		"query": {expr}, "start": {unixSeconds(r.From)}, "end": {unixSeconds(r.To)}, "step": {r.Step.String()},
	})
}

func (p Prometheus) query(ctx context.Context, expr string, at time.Time) ([]series, error) {
	return p.get(ctx, "query", url.Values{"query": {expr}, "time": {unixSeconds(at)}})
}

func unixSeconds(t time.Time) string {
	return strconv.FormatFloat(float64(t.UnixMilli())/1000, 'f', 3, 64)
}

// pair is a sample as JSON: [seconds, "value"].
type pair [2]any

func (p pair) point() (point, error) {
	seconds, _ := p[0].(float64)
	text, _ := p[1].(string)
	value, err := strconv.ParseFloat(text, 64) // NaN and +Inf are values
	return point{seconds, value}, err
}

func (p Prometheus) get(ctx context.Context, path string, parameters url.Values) ([]series, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL+"/api/v1/"+path+"?"+parameters.Encode(), nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var body struct {
		Status, Error string
		Data          struct {
			Result []struct {
				Metric map[string]string
				Value  *pair
				Values []pair
			}
		}
	}
	if err := json.NewDecoder(response.Body).Decode(&body); err != nil {
		return nil, fmt.Errorf("%s: %s: %w", p.URL, response.Status, err)
	}
	if body.Status != "success" {
		return nil, fmt.Errorf("%s: %s", parameters.Get("query"), body.Error)
	}
	var results []series
	for _, result := range body.Data.Result {
		pairs := result.Values
		if result.Value != nil {
			pairs = []pair{*result.Value}
		}
		s := series{labels: result.Metric}
		for _, pair := range pairs {
			point, err := pair.point()
			if err != nil {
				return nil, fmt.Errorf("%s: %w", parameters.Get("query"), err)
			}
			s.points = append(s.points, point)
		}
		results = append(results, s)
	}
	return results, nil
}
