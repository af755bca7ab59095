package main_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/faultproxy"
	"github.com/modelferry/modelferry/fetcher/storetest"
)

// versitygw verifies signatures. A front may rewrite Accept-Encoding, as that of Cloud Storage does, and drop headers
// that it does not know.
func TestFetcher_signatureSurvivesFront(t *testing.T) {
	store := storetest.S3(t)
	proxy := faultproxy.New(t, store.Endpoint())
	var encodings []string
	proxy.Inject(1000, faultproxy.Any, func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		encodings = append(encodings, r.Header.Get("Accept-Encoding"))
		r.Header.Set("Accept-Encoding", "identity,gzip(gfe)")
		r.Header.Set("Via", "1.1 front")
		for _, name := range []string{"Amz-Sdk-Invocation-Id", "Amz-Sdk-Request", "User-Agent"} {
			r.Header.Del(name)
		}
		forward.ServeHTTP(w, r)
	})
	f := newFixture(t, store, proxy.URL).set("FETCH_PARALLEL", "2", "FETCH_PART_SIZE", "65536")
	store.Put(t, f.bucket, "models/m.bin", make([]byte, 2*65536))
	got := f.run(t)
	require.Equal(t, 0, got.ExitCode, got.stderr)
	// The first request does not know the encoding. The header is sent to ranges, so that no server compresses them.
	require.Equal(t, []string{"gzip", "identity"}, encodings)
}
