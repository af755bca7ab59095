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

func TestSchedulable(t *testing.T) {
	begun := time.Now()
	lease := func(at time.Time) string {
		return fmt.Sprintf(`{"spec": {"renewTime": %q}}`, at.Format(time.RFC3339Nano))
	}
	node := func(status, taints string) string {
		return fmt.Sprintf(`{"spec": {"taints": %s}, "status": {"conditions": [{"type": "Ready", "status": %q, "message": "no CNI"}]}}`, taints, status)
	}
	for name, c := range map[string]struct{ lease, node, fault string }{
		"ready":                 {lease: lease(begun.Add(time.Second)), node: node("True", "[]")},
		"ready in its last run": {lease: lease(begun.Add(-time.Hour)), node: node("True", "[]"), fault: "kubelet not heard of"},
		"not ready":             {lease: lease(begun.Add(time.Second)), node: node("False", "[]"), fault: "node not ready: no CNI"},
		"tainted":               {lease: lease(begun.Add(time.Second)), node: node("True", `[{"key": "k"}]`), fault: "taint k"},
		"not registered":        {fault: "404"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				answers := map[string]string{
					"/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n": c.lease,
					"/api/v1/nodes/n": c.node,
				}
				if r.Header.Get("Authorization") != "Bearer T" || answers[r.URL.Path] == "" {
					w.WriteHeader(http.StatusNotFound)
					return
				}
				fmt.Fprint(w, answers[r.URL.Path])
			}))
			defer server.Close()
			ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
			err := newAPI(server.URL, "T", ca).schedulable(context.Background(), "n", begun)
			if c.fault == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.fault)
		})
	}
}
