package clouds

import (
	"path"

	"github.com/modelferry/modelferry/local/internal/secrets"
)

// ObjectStore is the server behind a cloud's buckets.
type ObjectStore struct {
	// Program is its file in .local/bin.
	Program string
	// URLScheme is that of an object's URL, such as gs.
	URLScheme string
	// HasAccounts reports whether requests are signed with an account's keys.
	HasAccounts bool
	// Subdirs are the folders that the server expects below its data folder. Empty when it needs the data folder alone.
	Subdirs []string
	// Run returns the command's arguments and the additional environment.
	Run func(StoreOptions) (args, env []string)
}

// StoreOptions are what an object store's command line is made of.
type StoreOptions struct {
	// Host and Port are where the server listens.
	Host, Port string
	// Region is the one that requests are signed for. It refuses others.
	Region string
	// DataDir holds buckets and objects.
	DataDir string
	// Root is the account that may do everything.
	Root secrets.StoreAccount
}

// DataDirs returns the folders that have to exist before the server starts.
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
