package picture

import (
	"context"
	"fmt"
	"math"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/tools/monitoring/dashboard"
)

// start is the time of the first sample of the test's data.
var start = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

// startPrometheus starts Prometheus with samples of ten minutes: requests by service, one of which has a gap, and a
// digest that is replaced by another one.
func startPrometheus(t *testing.T) Prometheus {
	t.Helper()
	for _, program := range []string{"prometheus", "promtool"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(program + " is not installed: apt-get install prometheus")
		}
	}
	var samples strings.Builder
	samples.WriteString("# TYPE requests gauge\n# TYPE running gauge\n")
	old, current := strings.Repeat("1", 64), strings.Repeat("2", 64)
	for k := range 41 {
		at := start.Add(time.Duration(k) * 15 * time.Second).Unix()
		fmt.Fprintf(&samples, "requests{service=\"a\"} %d %d\n", k, at)
		if k < 10 || k > 35 {
			fmt.Fprintf(&samples, "requests{service=\"b\"} 20 %d\n", at)
		}
		digest := old
		if k > 20 {
			digest = current
		}
		fmt.Fprintf(&samples, "running{service=\"a\",sha256=%q} 1 %d\n", digest, at)
	}
	samples.WriteString("# EOF\n")
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "samples"), []byte(samples.String()), 0o600))
	out, err := exec.Command("promtool", "tsdb", "create-blocks-from", "openmetrics", filepath.Join(dir, "samples"), filepath.Join(dir, "data")).
		CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "prometheus.yml"), []byte("{}"), 0o600))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	// Without a limit of age, since the samples are from a fixed date.
	cmd := exec.Command(
		"prometheus",
		"--config.file="+filepath.Join(dir, "prometheus.yml"),
		"--storage.tsdb.path="+filepath.Join(dir, "data"),
		"--storage.tsdb.retention.time=100y",
		"--web.listen-address="+address,
		"--query.lookback-delta=20s",
	)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	p := Prometheus{"http://" + address}
	require.Eventually(t, func() bool {
		response, err := http.Get(p.URL + "/-/ready")
		if err != nil {
			return false
		}
		return response.Body.Close() == nil && response.StatusCode == http.StatusOK
	}, time.Minute, 100*time.Millisecond)
	return p
}

// panel returns a panel of a type with one query.
func panel(kind, title, expr string) dashboard.Panel {
	p := dashboard.Panel{Type: kind, Title: title, GridPos: dashboard.GridPos{W: 12, H: 8}}
	p.Targets = []dashboard.Target{{Expr: expr, Range: kind == "timeseries", LegendFormat: "{{service}}{{sha256}}"}}
	p.FieldConfig.Defaults.Unit = "reqps"
	return p
}

func TestDraw(t *testing.T) {
	p := startPrometheus(t)
	stacked := panel("timeseries", "Models & <digests>", `running{service="$service"}`)
	stacked.FieldConfig.Defaults.Custom.Stacking.Mode = "normal"
	table := panel("table", "Table", "requests")
	table.Transforms = make([]dashboard.Transform, 1)
	table.Transforms[0].Options.Exclude = map[string]bool{"__name__": true}
	table.Transforms[0].Options.Rename = map[string]string{"Value": "rate"}
	r := Range{From: start, To: start.Add(10 * time.Minute), Step: 15 * time.Second}
	for _, c := range []struct {
		panel dashboard.Panel
		// has are parts of the picture, and how often each is there.
		has map[string]int
	}{
		{panel("timeseries", "Requests", "requests"), map[string]int{
			">a</text>": 1, ">b</text>": 1, ">12:04</text>": 1, ">40 req/s</text>": 1,
			`fill="none" stroke="` + palette[0]: 1, `fill="none" stroke="` + palette[1]: 2, // a line, and one with a gap
		}},
		{stacked, map[string]int{
			"Models &amp; &lt;digests&gt;": 1, ">a111111111111</text>": 1, ">a222222222222</text>": 1, "fill-opacity": 2,
		}},
		{panel("stat", "Stat", `requests{service="a"}`), map[string]int{">40 req/s</text>": 1}},
		{table, map[string]int{">service</text>": 1, ">rate</text>": 1, ">a</text>": 1, ">b</text>": 1, ">20 req/s</text>": 1, "requests": 0}},
		{panel("timeseries", "Nothing", "nothing"), map[string]int{">no data</text>": 1}},
	} {
		t.Run(c.panel.Title, func(t *testing.T) {
			svg, err := Draw(t.Context(), p, dashboard.Dashboard{Title: "title", Panels: []dashboard.Panel{c.panel}},
				map[string]string{"service": "a"}, r)
			require.NoError(t, err)
			for part, times := range c.has {
				require.Equal(t, times, strings.Count(string(svg), part), "%s in\n%s", part, svg)
			}
		})
	}
	for message, broken := range map[string]dashboard.Panel{
		"parse error":        panel("stat", "Query", "requests{"),
		`unknown type "pie"`: panel("pie", "Pie", "requests"),
	} {
		_, err := Draw(context.Background(), p, dashboard.Dashboard{Panels: []dashboard.Panel{broken}}, nil, r)
		require.ErrorContains(t, err, message)
		require.ErrorContains(t, err, broken.Title, "the error names the panel")
	}
}

func TestFormatValue(t *testing.T) {
	zero := 0
	for _, c := range []struct {
		value    float64
		unit     string
		decimals *int
		want     string
	}{
		{0.0123, "s", nil, "12.3 ms"},
		{1, "s", nil, "1 s"},
		{0, "s", nil, "0 s"},
		{200 * 86400, "s", nil, "200 days"},
		{0.0512, "percentunit", nil, "5.12 %"},
		{0, "percentunit", nil, "0 %"},
		{212.4, "percent", nil, "212 %"},
		{150 << 20, "bytes", nil, "150 MiB"},
		{3, "short", &zero, "3"},
		{12345, "short", nil, "12.3 K"},
		{math.NaN(), "short", nil, "–"},
	} {
		var field dashboard.FieldConfig
		field.Defaults.Unit, field.Defaults.Decimals = c.unit, c.decimals
		require.Equal(t, c.want, formatValue(c.value, field), "%v in %s", c.value, c.unit)
	}
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		want      []float64
	}{
		{0, 1, []float64{0, 0.5, 1}},
		{0, 42, []float64{0, 20, 40}},
		{-3, 3, []float64{-2, 0, 2}},
	} {
		require.InDeltaSlice(t, c.want, ticks(c.low, c.high, 4), 1e-9, "%v to %v", c.low, c.high)
	}
}

func TestTimeTicks(t *testing.T) {
	r := Range{From: start.Add(7 * time.Second), To: start.Add(4 * time.Minute)}
	times := timeTicks(r, 5)
	require.Equal(
		t,
		[]time.Time{start.Add(time.Minute), start.Add(2 * time.Minute), start.Add(3 * time.Minute), start.Add(4 * time.Minute)},
		times,
	)
}
