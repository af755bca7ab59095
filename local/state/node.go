package state

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Node is what node.json says about the running node of a stack: where its servers answer.
type Node struct {
	Stack      string `json:"stack"`
	Address    string `json:"address"`
	APIServer  string `json:"apiServer"` // https URL
	CAData     string `json:"caData"`    // base64 of the PEM, as in a kubeconfig
	Store      string `json:"store"`     // http URL of the object store
	OIDCIssuer string `json:"oidcIssuer"`
	STS        string `json:"sts"`
}

// LoadNode reads node.json of the stack's folder. That there is none means that the node does not run, and
// the error says how to start it.
func LoadNode(dir string) (*Node, error) {
	content, err := os.ReadFile(filepath.Join(dir, "node.json"))
	if errors.Is(err, fs.ErrNotExist) {
		stack := filepath.Base(dir)
		return nil, fmt.Errorf("the local cloud %q is not running: start it with `make up STACK=%s`", stack, stack)
	}
	if err != nil {
		return nil, fmt.Errorf("local cloud's node: %w", err)
	}
	node := &Node{}
	if err := json.Unmarshal(content, node); err != nil {
		return nil, fmt.Errorf("local cloud's node.json in %s: %w", dir, err)
	}
	return node, nil
}

// CA is the API server's certificate authority as PEM.
func (n *Node) CA() ([]byte, error) {
	pem, err := base64.StdEncoding.DecodeString(n.CAData)
	if err != nil {
		return nil, fmt.Errorf("caData of node.json: %w", err)
	}
	return pem, nil
}

// Host is the API server's address without scheme, as GKE's endpoint output is.
func (n *Node) Host() string { return strings.TrimPrefix(n.APIServer, "https://") }
