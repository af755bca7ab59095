package components

import (
	"cmp"
	"net"
	"path"
	"strconv"

	"github.com/modelferry/modelferry/local/internal/clouds"
	"github.com/modelferry/modelferry/local/internal/secrets"
)

// StoreDir is the folder of the object store's data.
const StoreDir = StackDir + "/data/store"

// ObjectStore returns the process of the object store. root is its root account, empty for a store without accounts.
func (c NodeConfig) ObjectStore(root secrets.StoreAccount) Process {
	store := c.cloud().ObjectStore
	args, env := store.Run(clouds.StoreOptions{
		Host: c.Range.NodeIP().String(), Port: strconv.Itoa(StorePort), Region: c.Region, DataDir: StoreDir, Root: root,
	})
	return Process{
		Name:    store.Program,
		Command: append([]string{path.Join(BinDir, store.Program)}, args...),
		Env:     append(env, "GOGC=50", "GOMEMLIMIT=128MiB"),
	}
}

// StoreBackendURL is the URL that the object store's process listens on.
func (c NodeConfig) StoreBackendURL() string {
	host := cmp.Or(c.cloud().ObjectStore.ListenHost, c.Range.NodeIP().String())
	return "http://" + net.JoinHostPort(host, strconv.Itoa(StorePort))
}

// StoreDirs returns the folders that must exist before the object store starts.
func (c NodeConfig) StoreDirs() []string { return c.cloud().ObjectStore.DataDirs(StoreDir) }
