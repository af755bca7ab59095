// Package nodeinfo is node.json: what a running node tells of itself.
package nodeinfo

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// ErrNotRunning is that there is no node.json: the node does not run, or is not ready yet.
var ErrNotRunning = errors.New("the local cloud's node is not running")

// Info says where a node's servers answer. It exists as long as the node does, from the moment it is ready.
type Info struct {
	Stack string `json:"stack"`
	// PID is the node's first process, as the host counts.
	PID     int    `json:"pid"`
	Address string `json:"address"`
	// APIServerURL is an https URL; CAData is its certificate authority, PEM in base64, as in a kubeconfig.
	APIServerURL string `json:"apiServer"`
	CAData       []byte `json:"caData"`
	// StoreURL is the object store's http URL.
	StoreURL string `json:"store"`
	// RegistryAddress is the image registry's host and port.
	RegistryAddress string `json:"registry"`
	// OIDCIssuer issues service-account tokens.
	OIDCIssuer string `json:"oidcIssuer"`
	// Region is the AWS region that requests to Store are signed for; empty on GKE.
	Region string `json:"region,omitempty"`
	// STSURL is the AWS token service's URL; empty on GKE.
	STSURL string `json:"sts,omitempty"`
}

// Read reads node.json at path; ErrNone when there is none.
func Read(path string) (Info, error) {
	var i Info
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return i, ErrNotRunning
	}
	if err != nil {
		return i, fmt.Errorf("node.json: %w", err)
	}
	if err := json.Unmarshal(content, &i); err != nil {
		return i, fmt.Errorf("%s: %w", path, err)
	}
	return i, nil
}

// Write puts node.json at path in one step: nobody reads half of it.
func (i Info) Write(path string) error {
	content, err := json.MarshalIndent(i, "", "  ")
	if err != nil {
		return fmt.Errorf("node.json: %w", err)
	}
	if err := os.WriteFile(path+".new", append(content, '\n'), 0o644); err != nil {
		return fmt.Errorf("node.json: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("node.json: %w", err)
	}
	return nil
}
