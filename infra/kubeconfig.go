package infra

import (
	"encoding/json"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// ExecConfig is the program of a cloud's CLI that gets a short-lived token for the API server.
// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
type ExecConfig struct {
	// Command and its arguments.
	Command string
	Args    []string
	// InstallHint says how to install the command.
	InstallHint string
}

// Kubeconfig returns a kubeconfig in JSON, without credentials, for the API server at url. ca is the cluster's CA
// certificate: base64 of PEM.
func Kubeconfig(name, url, ca string, exec ExecConfig) (string, error) {
	type object = map[string]any
	kubeconfig, err := json.Marshal(object{
		"apiVersion":      "v1",
		"kind":            "Config",
		"current-context": name,
		"clusters": []object{{"name": name, "cluster": object{
			"server": url, "certificate-authority-data": ca,
		}}},
		"contexts": []object{{"name": name, "context": object{"cluster": name, "user": name}}},
		"users": []object{{"name": name, "user": object{"exec": object{
			"apiVersion":         "client.authentication.k8s.io/v1beta1",
			"command":            exec.Command,
			"args":               exec.Args,
			"installHint":        exec.InstallHint,
			"interactiveMode":    "Never",
			"provideClusterInfo": true,
		}}}},
	})
	return string(kubeconfig), err
}

// KubeconfigOutput returns the Kubeconfig of a cluster whose values are outputs. exec gets the cluster's name.
func KubeconfigOutput(name, url, ca pulumi.StringInput, exec func(name string) ExecConfig) pulumi.StringOutput {
	return pulumi.All(name, url, ca).ApplyT(func(v []any) (string, error) {
		name := v[0].(string)
		return Kubeconfig(name, v[1].(string), v[2].(string), exec(name))
	}).(pulumi.StringOutput)
}
