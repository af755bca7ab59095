package cloudstate_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
)

func TestCloud_Propagated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		require.NoError(t, cloudstate.SetPropagationDelay(dir, "10s"))
		put := func(version float64) {
			require.NoError(t, cloudstate.Update(dir, func(cloud *cloudstate.Cloud) error {
				cloud.Put(cloudstate.Resource{Type: "policy", ID: "a", Inputs: map[string]any{"version": version}})
				return nil
			}))
		}
		requireVersions := func(want ...any) {
			t.Helper()
			cloud, err := cloudstate.Load(dir)
			require.NoError(t, err)
			var got []any
			for _, resource := range cloud.Propagated().OfType("policy") {
				got = append(got, resource.Inputs["version"])
			}
			require.Equal(t, want, got)
		}
		put(1)
		requireVersions()
		time.Sleep(10 * time.Second)
		requireVersions(1.0)
		put(1)
		requireVersions(1.0) // nothing was changed
		put(2)
		time.Sleep(5 * time.Second)
		put(3)
		requireVersions(1.0)
		time.Sleep(5 * time.Second)
		requireVersions(2.0)
		time.Sleep(5 * time.Second)
		requireVersions(3.0)
		require.NoError(t, cloudstate.Update(dir, func(cloud *cloudstate.Cloud) error { cloud.Remove("policy", "a"); return nil }))
		requireVersions(3.0)
		time.Sleep(10 * time.Second)
		requireVersions()
		put(4)
		put(5)
		cloud, err := cloudstate.Load(dir)
		require.NoError(t, err)
		require.Len(t, cloud.Superseded, 1, "former versions that access checks have forgotten are not kept")
	})
}

func TestSetPropagationDelay(t *testing.T) {
	dir := t.TempDir()
	requireDelay := func(want time.Duration) {
		t.Helper()
		cloud, err := cloudstate.Load(dir)
		require.NoError(t, err)
		require.Equal(t, want, cloud.Delay())
	}
	requireDelay(0)
	for _, step := range []struct {
		delay string
		want  time.Duration
	}{{"", cloudstate.DefaultPropagationDelay}, {"0", 0}, {"", 0}, {"20s", 20 * time.Second}, {"", 20 * time.Second}} {
		require.NoError(t, cloudstate.SetPropagationDelay(dir, step.delay))
		requireDelay(step.want)
	}
	for _, invalid := range []string{"20", "-1s", "soon"} {
		err := cloudstate.SetPropagationDelay(dir, invalid)
		require.ErrorContains(t, err, "must be a duration, such as MODELFERRY_PROPAGATION_DELAY=20s")
	}
	requireDelay(20 * time.Second)
}
