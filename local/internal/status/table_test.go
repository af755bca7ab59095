package status

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The digest of a real server is that of the object. A fake one has it among its artifacts.
func TestPrintTable_models(t *testing.T) {
	fetched := time.Date(2026, 11, 28, 2, 16, 57, 0, time.Local)
	object := Artifact{Source: "gs://models/a.tar.gz", Bytes: 4_100_000, SHA256: "78d028aa028b0000"}
	for name, model := range map[string]Model{
		"real": {Path: "/models/a", Source: object.Source, Bytes: object.Bytes, SHA256: object.SHA256, FetchedAt: fetched},
		"fake": {Path: "/models/a", Bytes: 7, SHA256: "0", Artifacts: []Artifact{object}, FetchedAt: fetched},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			pod := Pod{Name: "bankchurn-1", Ready: true, State: "Running", Model: &model, FetchSeconds: 0.06}
			require.NoError(t, PrintTable(&out, []Service{{Name: "bankchurn", URL: "http://10.0.0.1", Pods: []Pod{pod}}}))
			require.Contains(t, out.String(),
				"bankchurn  http://10.0.0.1  bankchurn-1  Ready  gs://models/a.tar.gz  4.1 MB  78d028aa028b  02:16:57 in 0.06s\n")
		})
	}
}

func TestPrintRequests(t *testing.T) {
	var out bytes.Buffer
	PrintRequests(&out, []Service{{Name: "bankchurn", URL: "http://10.0.0.1"}}, map[string]string{"bankchurn": `{"age":42}`})
	require.Equal(t, "\ncurl -s http://10.0.0.1/predict -H 'content-type: application/json' -d '{\"age\":42}'\n", out.String())
}
