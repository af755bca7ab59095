package clouds

import (
	"path"

	"github.com/modelferry/modelferry/local/internal/secrets"
)

// ObjectStore is the server behind a cloud's buckets.
type ObjectStore struct {
	// Program is the server's file name in .local/bin.
	Program string
	// URLScheme is the scheme of an object's URL, such as gs.
	URLScheme string
	// HasAccounts reports whether the store has a root account: its keys sign requests, or its secret key is a token.
	HasAccounts bool
	// ListenHost is the host that the server listens on, if that is not the node's address.
	ListenHost string
	// Subdirs are the folders that the server expects in its data folder.
	Subdirs []string
	// Run returns the server's arguments and additional environment variables.
	Run func(StoreOptions) (args, env []string)
}

// StoreOptions are the inputs of an object store's command line.
type StoreOptions struct {
	// Host and Port are the address of the store for its clients.
	Host, Port string
	// Region is the only region for which the server accepts signed requests.
	Region string
	// DataDir is the folder of buckets and objects.
	DataDir string
	// Root is the account with all permissions.
	Root secrets.StoreAccount
}

// DataDirs returns the folders that must exist before the server starts.
func (s ObjectStore) DataDirs(dataDir string) []string {
	if len(s.Subdirs) == 0 {
		return []string{dataDir}
	}
	dirs := make([]string, 0, len(s.Subdirs))
	for _, dir := range s.Subdirs {
		dirs = append(dirs, path.Join(dataDir, dir))
	}
	return dirs
}
