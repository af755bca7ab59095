// Package cloudstate stores the resources that the local cloud's providers have created in the file cloud.json of a
// stack's folder. Later runs, a refresh and the token service read it. Several plugin processes share the file.
package cloudstate

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Cloud is the content of cloud.json.
type Cloud struct {
	Resources []Resource `json:"resources"`
	// PropagationDelay is how long a change of a permission takes to have an effect.
	PropagationDelay *metav1.Duration `json:"propagationDelay,omitempty"`
	// Superseded are former versions of resources that access checks may still know of.
	Superseded []Superseded `json:"superseded,omitempty"`
}

// Resource is a resource with its last inputs and outputs. They are plain JSON and may contain secrets, so the file is
// readable by its owner only.
type Resource struct {
	Type    string         `json:"type"` // type token, such as aws:iam/role:Role
	ID      string         `json:"id"`
	URN     string         `json:"urn,omitempty"`
	Inputs  map[string]any `json:"inputs,omitempty"`
	Outputs map[string]any `json:"outputs,omitempty"`
	Created time.Time      `json:"created,omitzero"`
	// Updated is the time of the last change of inputs or outputs.
	Updated time.Time `json:"updated,omitzero"`
}

// Find returns the resource with a type and an ID, or nil.
func (c *Cloud) Find(typ, id string) *Resource {
	for i := range c.Resources {
		if c.Resources[i].Type == typ && c.Resources[i].ID == id {
			return &c.Resources[i]
		}
	}
	return nil
}

// OfType returns all resources of a type, oldest first.
func (c *Cloud) OfType(typ string) []Resource {
	var resources []Resource
	for _, resource := range c.Resources {
		if resource.Type == typ {
			resources = append(resources, resource)
		}
	}
	return resources
}

// Put adds a resource, or replaces the one with the same type and ID. It sets the times of creation and of the last
// change, unless resource has them.
func (c *Cloud) Put(resource Resource) {
	old := c.Find(resource.Type, resource.ID)
	now := time.Now()
	created, updated := now, now
	if old != nil {
		created = old.Created
		if sameContent(*old, resource) {
			updated = old.Updated
		} else {
			c.supersede(*old)
		}
	}
	if resource.Created.IsZero() {
		resource.Created = created
	}
	if resource.Updated.IsZero() {
		resource.Updated = updated
	}
	if old != nil {
		*old = resource
		return
	}
	c.Resources = append(c.Resources, resource)
}

// Remove removes the resource with a type and an ID. A missing one is not an error.
func (c *Cloud) Remove(typ, id string) {
	remaining := c.Resources[:0]
	for _, resource := range c.Resources {
		if resource.Type != typ || resource.ID != id {
			remaining = append(remaining, resource)
		} else {
			c.supersede(resource)
		}
	}
	c.Resources = remaining
}

// Load reads cloud.json in the stack's folder dir. A missing file is an empty cloud.
func Load(dir string) (*Cloud, error) {
	path := filepath.Join(dir, "cloud.json")
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &Cloud{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("local cloud's state: %w", err)
	}
	cloud := &Cloud{}
	if err := json.Unmarshal(content, cloud); err != nil {
		return nil, fmt.Errorf("local cloud's state %s is damaged: run `make down` and `make up`, which create a new one: %w", path, err)
	}
	return cloud, nil
}

// Update changes cloud.json in the stack's folder dir, under a lock between processes. The file is replaced atomically,
// so a crash leaves the old or the new one. If change returns an error, the file is not changed, and Update returns
// that error unwrapped.
func Update(dir string, change func(*Cloud) error) error {
	lock, err := os.OpenFile(filepath.Join(dir, "cloud.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("local cloud's state: %w", err)
	}
	defer lock.Close() // releases the lock
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX); err != nil {
		return fmt.Errorf("lock %s: %w", lock.Name(), err)
	}
	cloud, err := Load(dir)
	if err != nil {
		return err
	}
	if err := change(cloud); err != nil {
		return err
	}
	return write(filepath.Join(dir, "cloud.json"), cloud)
}

func write(path string, cloud *Cloud) error {
	content, err := json.MarshalIndent(cloud, "", "  ")
	if err != nil {
		return fmt.Errorf("local cloud's state: %w", err)
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), ".cloud-*.json") // has mode 0600
	if err != nil {
		return fmt.Errorf("local cloud's state: %w", err)
	}
	defer os.Remove(temporary.Name()) // fails after the rename
	_, err = temporary.Write(append(content, '\n'))
	if err := errors.Join(err, temporary.Close()); err != nil {
		return fmt.Errorf("write %s: %w", temporary.Name(), err)
	}
	return os.Rename(temporary.Name(), path)
}
