// Package cloudstate keeps what the local cloud's providers have made, in cloud.json of a stack's folder, so that
// the next run, a refresh and the token service find it. Several plugin processes share the file.
package cloudstate

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Cloud is the content of cloud.json.
type Cloud struct {
	Resources []Resource `json:"resources"`
}

// Resource is one resource as its provider left it. Inputs and outputs are plain JSON; secrets lie open in
// them, so the file is readable by its owner only.
type Resource struct {
	Type    string         `json:"type"` // token, e.g. aws:iam/role:Role
	ID      string         `json:"id"`
	URN     string         `json:"urn,omitempty"`
	Inputs  map[string]any `json:"inputs,omitempty"`
	Outputs map[string]any `json:"outputs,omitempty"`
}

// Find returns the record of that type and id, nil when there is none.
func (c *Cloud) Find(typ, id string) *Resource {
	for i := range c.Resources {
		if c.Resources[i].Type == typ && c.Resources[i].ID == id {
			return &c.Resources[i]
		}
	}
	return nil
}

// OfType returns all records of a type, oldest first.
func (c *Cloud) OfType(typ string) []Resource {
	var records []Resource
	for _, record := range c.Resources {
		if record.Type == typ {
			records = append(records, record)
		}
	}
	return records
}

// Put adds the record, or puts it in the place of the one with its type and id.
func (c *Cloud) Put(record Resource) {
	if old := c.Find(record.Type, record.ID); old != nil {
		*old = record
		return
	}
	c.Resources = append(c.Resources, record)
}

// Remove takes the record of that type and id away, if there is one.
func (c *Cloud) Remove(typ, id string) {
	remaining := c.Resources[:0]
	for _, record := range c.Resources {
		if record.Type != typ || record.ID != id {
			remaining = append(remaining, record)
		}
	}
	c.Resources = remaining
}

// Load reads cloud.json of the stack's folder. A missing file is an empty cloud.
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
		return nil, fmt.Errorf("local cloud's state %s is damaged (make down, then make up, starts anew): %w", path, err)
	}
	return cloud, nil
}

// Update changes cloud.json under a lock that holds between processes. The file is replaced as a whole, so
// a crash leaves the old or the new one. An error of change leaves it untouched and is returned as it is.
func Update(dir string, change func(*Cloud) error) error {
	lock, err := os.OpenFile(filepath.Join(dir, "cloud.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("local cloud's state: %w", err)
	}
	defer lock.Close() // lets go of the lock
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
	next, err := os.CreateTemp(filepath.Dir(path), ".cloud-*.json") // made with mode 0600
	if err != nil {
		return fmt.Errorf("local cloud's state: %w", err)
	}
	defer os.Remove(next.Name()) // does nothing once it is renamed
	_, err = next.Write(append(content, '\n'))
	if err := errors.Join(err, next.Close()); err != nil {
		return fmt.Errorf("write %s: %w", next.Name(), err)
	}
	return os.Rename(next.Name(), path)
}
