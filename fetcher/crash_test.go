package main_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/archive/archivetest"
	"github.com/modelferry/modelferry/fetcher/publish"
	"github.com/modelferry/modelferry/fetcher/storetest"
)

// Killed anywhere and begun again, a run ends with the right bytes, and while
// it is not complete there is no marker beside wrong ones.
func TestAKilledFetcherIsFollowedByAWholeOne(t *testing.T) {
	store := storetest.S3(t)
	b := newBench(t, store, "").set("FETCH_PART_SIZE", "65536")
	model, weights := noise(20, 3<<20), noise(21, 2<<20)
	packed := archivetest.Tar(t, archivetest.File("weights", weights), archivetest.File("config.json", []byte("{}")))
	store.Put(t, b.bucket, "models/m.bin", model)
	store.Put(t, b.bucket, "m.tar", packed)
	b.set("MODEL_SHA256", digest(model), "ARTIFACTS",
		fmt.Sprintf(`[{"bucket":%q,"path":"m.tar","dest":"bert/m.tar","sha256":%q}]`, b.bucket, digest(packed)))
	whole := func() {
		require.Equal(t, model, b.file(t, "m.bin"))
		require.Equal(t, weights, b.file(t, "bert/weights"))
	}
	for range 25 {
		command, _ := b.command(t.Context())
		require.NoError(t, command.Start())
		time.Sleep(rand.N(40 * time.Millisecond))
		_ = command.Process.Kill() // it may have ended by itself
		_ = command.Wait()
		if _, err := os.Stat(b.path(publish.MarkerName)); err == nil {
			whole()
			require.NoError(t, os.Remove(b.path(publish.MarkerName)))
		}
	}
	require.Equal(t, 0, b.run(t).ExitCode)
	whole()
}
