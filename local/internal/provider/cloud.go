package provider

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/node/nodeinfo"
	"github.com/modelferry/modelferry/local/internal/paths"
)

// Cloud is the local cloud of one stack.
type Cloud struct{ Dir string }

// CloudFromEnv returns the local cloud that the environment names, or nil if it names none. A provider without a
// cloud is offline: it computes outputs and connects to nothing.
func CloudFromEnv() *Cloud {
	dir := os.Getenv(paths.StackDirEnv)
	if dir == "" {
		return nil
	}
	return &Cloud{Dir: dir}
}

// Node returns the node that is running, or an error with the command that starts it.
func (c *Cloud) Node() (nodeinfo.Info, error) {
	node, err := nodeinfo.Read(filepath.Join(c.Dir, "node.json"))
	if errors.Is(err, nodeinfo.ErrNotRunning) {
		return node, fmt.Errorf("%w: start it with `make up STACK=%s`", err, filepath.Base(c.Dir))
	}
	return node, err
}

// reserve writes the record of a resource that is about to be created, unless the cloud refuses to create it. The
// engine creates resources in parallel, so of two for which there is room for one only, one is refused.
func (c *Cloud) reserve(pkg *Package, r *Request, record cloudstate.Resource) error {
	account, err := c.Account()
	if err != nil {
		return err
	}
	return cloudstate.Update(c.Dir, func(cloud *cloudstate.Cloud) error {
		if err := refuse(pkg.Refusals[r.Type].Create, r, cloud); err != nil {
			return err
		}
		if err := checkQuotas(pkg.Quotas, account, r, record, cloud); err != nil {
			return err
		}
		cloud.Put(record)
		return nil
	})
}

// save writes a resource's record.
func (c *Cloud) save(record cloudstate.Resource) error {
	return cloudstate.Update(c.Dir, func(cloud *cloudstate.Cloud) error {
		cloud.Put(record)
		return nil
	})
}

// remove deletes a resource's record.
func (c *Cloud) remove(typ, id string) error {
	return cloudstate.Update(c.Dir, func(cloud *cloudstate.Cloud) error {
		cloud.Remove(typ, id)
		return nil
	})
}
