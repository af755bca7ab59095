package main_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/faultproxy"
	"github.com/modelferry/modelferry/fetcher/storetest"
)

// A second fetcher in the same folder would remove the first one's staging folder.
func TestFetcher_locksModelFolder(t *testing.T) {
	store := storetest.S3(t)
	proxy := faultproxy.New(t, store.Endpoint())
	proxy.Inject(1, faultproxy.IsContent, faultproxy.Stall(1))
	f := newFixture(t, store, proxy.URL)
	store.Put(t, f.bucket, "models/m.bin", []byte("model"))
	first, _ := f.command(t.Context())
	require.NoError(t, first.Start())
	require.Eventually(t, func() bool { return len(proxy.Requests()) > 0 }, 10*time.Second, time.Millisecond)
	second, stderr := f.command(t.Context())
	require.Error(t, second.Run())
	require.Equal(t, 8, second.ProcessState.ExitCode())
	require.Contains(t, stderr.String(), "another fetcher is using this folder")
	require.NoError(t, first.Process.Signal(syscall.SIGTERM))
	_ = first.Wait()
}
