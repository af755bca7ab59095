package identity_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/identity"
)

func TestPrincipal_emailFromMetadataServer(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/instance/service-accounts/default/email") {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		w.Header().Set("Metadata-Flavor", "Google")
		fmt.Fprint(w, "demo.svc.id.goog")
	}))
	defer server.Close()
	t.Setenv("GCE_METADATA_HOST", strings.TrimPrefix(server.URL, "http://"))
	require.Equal(t, "demo.svc.id.goog", identity.Principal(t.Context()))
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", "key.json")
	require.Empty(t, identity.Principal(t.Context()), "another server's identity")
}

// The name of the identity is only for a log message, which must not wait for it.
func TestPrincipal_serverHangs(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	t.Setenv("GCE_METADATA_HOST", strings.TrimPrefix(server.URL, "http://"))
	began := time.Now()
	require.Empty(t, identity.Principal(t.Context()))
	require.Less(t, time.Since(began), 4*time.Second)
}
