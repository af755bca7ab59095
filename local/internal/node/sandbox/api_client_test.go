package sandbox

import (
	"context"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAPIClient_checkSchedulable(t *testing.T) {
	start := time.Now()
	node := func(at time.Time, status, taints string) string {
		return fmt.Sprintf(`{"spec": {"taints": %s}, "status": {"conditions": [
			{"type": "Ready", "status": %q, "message": "no CNI", "lastHeartbeatTime": %q}]}}`, taints, status, at.Format(time.RFC3339))
	}
	for name, c := range map[string]struct{ node, wantErr string }{
		"ready":                 {node: node(start, "True", "[]")},
		"ready in the last run": {node: node(start.Add(-2*time.Second), "True", "[]"), wantErr: "no heartbeat from the kubelet"},
		"not ready":             {node: node(start, "False", "[]"), wantErr: "node not ready: no CNI"},
		"tainted":               {node: node(start, "True", `[{"key": "k"}]`), wantErr: "taint k"},
		"not registered":        {wantErr: "404"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") != "Bearer T" || r.URL.Path != "/api/v1/nodes/n" || c.node == "" {
					w.WriteHeader(http.StatusNotFound)
					return
				}
				fmt.Fprint(w, c.node)
			}))
			defer server.Close()
			ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
			err := newAPIClient(server.URL, "T", ca).checkSchedulable(context.Background(), "n", start)
			if c.wantErr == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.wantErr)
		})
	}
}
