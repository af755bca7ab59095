// Package nodeinfo reads and writes node.json, which describes a running node.
package nodeinfo

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// ErrNotRunning means that there is no node.json: the node is not running, or not ready yet.
var ErrNotRunning = errors.New("the local cloud's node is not running")

// Info has the endpoints of a node. node.json exists while the node is ready.
type Info struct {
	Stack string `json:"stack"`
	// PID of the node's first process, in the host's PID namespace.
	PID     int    `json:"pid"`
	Address string `json:"address"`
	// HostAddress is the address from which this machine sends requests to pods.
	HostAddress string `json:"hostAddress"`
	// APIServerURL is an https URL.
	APIServerURL string `json:"apiServer"`
	// CAData is the certificate authority of APIServerURL in PEM, base64-encoded in the file, as in a kubeconfig.
	CAData []byte `json:"caData"`
	// StoreURL is the object store's http URL.
	StoreURL string `json:"store"`
	// RegistryAddress is host and port of the image registry.
	RegistryAddress string `json:"registry"`
	// OIDCIssuer is the issuer of service account tokens.
	OIDCIssuer string `json:"oidcIssuer"`
	// Region is the AWS region for signing requests to StoreURL, empty on GKE.
	Region string `json:"region,omitempty"`
	// STSURL is the URL of the AWS token service, empty on GKE.
	STSURL string `json:"sts,omitempty"`
}

// Read reads node.json at path. It returns ErrNotRunning if there is none.
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

// Write writes node.json at path atomically.
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
