package components

import (
	"path"
	"strconv"

	"github.com/modelferry/modelferry/local/internal/clouds"
	"github.com/modelferry/modelferry/local/internal/secrets"
)

// storeDir is the folder of the object store's data.
const storeDir = StackDir + "/data/store"

// ObjectStore returns the process of the object store. root is its root account, if it has accounts.
func (s NodeConfig) ObjectStore(root secrets.StoreAccount) Process {
	store := s.cloud().ObjectStore
	args, env := store.Run(clouds.StoreOptions{
		Host: s.Range.NodeIP().String(), Port: strconv.Itoa(StorePort), Region: s.Region, DataDir: storeDir, Root: root,
	})
	return Process{
		Name:    store.Program,
		Command: append([]string{path.Join(BinDir, store.Program)}, args...),
		Env:     append(env, "GOGC=50", "GOMEMLIMIT=128MiB"),
	}
}

// StoreDirs returns the folders that the object store expects to exist.
func (s NodeConfig) StoreDirs() []string { return s.cloud().ObjectStore.DataDirs(storeDir) }
