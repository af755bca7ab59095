package infra_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/infra"
)

func TestKubeconfig(t *testing.T) {
	text, err := infra.Kubeconfig("main", "https://198.51.100.7", "Q0E=", infra.ExecConfig{
		Command: "aws", Args: []string{"eks", "get-token"}, InstallHint: "install the AWS CLI",
	})
	require.NoError(t, err)
	require.JSONEq(t, `{
		"apiVersion": "v1", "kind": "Config", "current-context": "main",
		"clusters": [{"name": "main", "cluster": {"server": "https://198.51.100.7", "certificate-authority-data": "Q0E="}}],
		"contexts": [{"name": "main", "context": {"cluster": "main", "user": "main"}}],
		"users": [{"name": "main", "user": {"exec": {
			"apiVersion": "client.authentication.k8s.io/v1beta1", "command": "aws", "args": ["eks", "get-token"],
			"installHint": "install the AWS CLI", "interactiveMode": "Never", "provideClusterInfo": true}}}]
	}`, text)
}

func ExampleKubeconfig() {
	kubeconfig, err := infra.Kubeconfig("demo", "https://198.51.100.7", "Q0E=", infra.ExecConfig{
		Command: "aws", Args: []string{"eks", "get-token", "--cluster-name", "demo"}, InstallHint: "install the AWS CLI, version 2",
	})
	if err != nil {
		panic(err)
	}
	var document struct {
		CurrentContext string `json:"current-context"`
		Users          []struct {
			User struct{ Exec struct{ Command string } }
		}
	}
	if err := json.Unmarshal([]byte(kubeconfig), &document); err != nil {
		panic(err)
	}
	fmt.Println(document.CurrentContext, document.Users[0].User.Exec.Command)
	// Output: demo aws
}
