package cloudstate_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
)

func TestUpdate_concurrent(t *testing.T) {
	dir := t.TempDir()
	var wait sync.WaitGroup
	for i := range 20 {
		wait.Go(func() {
			err := cloudstate.Update(dir, func(cloud *cloudstate.Cloud) error {
				cloud.Put(cloudstate.Resource{Type: "t", ID: fmt.Sprint(i)})
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	cloud, err := cloudstate.Load(dir)
	require.NoError(t, err)
	require.Len(t, cloud.OfType("t"), 20)
	info, err := os.Stat(filepath.Join(dir, "cloud.json"))
	require.NoError(t, err)
	require.EqualValues(t, 0o600, info.Mode().Perm(), "it may contain secrets")
}

func TestCloud_putAndRemove(t *testing.T) {
	cloud := &cloudstate.Cloud{}
	cloud.Put(cloudstate.Resource{Type: "a", ID: "1", URN: "x"})
	cloud.Put(cloudstate.Resource{Type: "b", ID: "1"})
	cloud.Put(cloudstate.Resource{Type: "a", ID: "1", URN: "y"})
	require.Len(t, cloud.Resources, 2)
	require.Equal(t, "y", cloud.Find("a", "1").URN)
	cloud.Remove("a", "1")
	require.Nil(t, cloud.Find("a", "1"))
	require.NotNil(t, cloud.Find("b", "1"))
}

func TestUpdate_failedChangeAndCorruptFile(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, cloudstate.Update(dir, func(cloud *cloudstate.Cloud) error {
		cloud.Put(cloudstate.Resource{Type: "a", ID: "1"})
		return nil
	}))
	broken := errors.New("broken")
	require.ErrorIs(t, cloudstate.Update(dir, func(cloud *cloudstate.Cloud) error { cloud.Resources = nil; return broken }), broken)
	cloud, err := cloudstate.Load(dir)
	require.NoError(t, err)
	require.Len(t, cloud.Resources, 1)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "cloud.json"), []byte("{"), 0o600))
	_, err = cloudstate.Load(dir)
	require.ErrorContains(t, err, "run `make down` and `make up`")
}
