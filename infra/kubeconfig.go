package infra

import (
	"encoding/json"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// ExecConfig is the program of a cloud's CLI that gets a short-lived token for the
// API server (client-go's exec credential plugins).
type ExecConfig struct {
	// Command and its arguments.
	Command string
	Args    []string
	// InstallHint says where to get the command.
	InstallHint string
}

// Kubeconfig returns a kubeconfig document, in JSON, for a cluster at the
// given URL. ca is the cluster's CA certificate as base64 of PEM. It holds no
// secret: whoever uses it logs in as themselves.
func Kubeconfig(name, url, ca string, login ExecConfig) (string, error) {
	type object = map[string]any
	document, err := json.Marshal(object{
		"apiVersion":      "v1",
		"kind":            "Config",
		"current-context": name,
		"clusters": []object{{"name": name, "cluster": object{
			"server": url, "certificate-authority-data": ca,
		}}},
		"contexts": []object{{"name": name, "context": object{"cluster": name, "user": name}}},
		"users": []object{{"name": name, "user": object{"exec": object{
			"apiVersion":         "client.authentication.k8s.io/v1beta1",
			"command":            login.Command,
			"args":               login.Args,
			"installHint":        login.InstallHint,
			"interactiveMode":    "Never",
			"provideClusterInfo": true,
		}}}},
	})
	return string(document), err
}

// KubeconfigOutput is Kubeconfig of values that are known once the cluster exists.
func KubeconfigOutput(name, url, ca pulumi.StringInput, login func(name string) ExecConfig) pulumi.StringOutput {
	return pulumi.All(name, url, ca).ApplyT(func(v []any) (string, error) {
		name := v[0].(string)
		return Kubeconfig(name, v[1].(string), v[2].(string), login(name))
	}).(pulumi.StringOutput)
}
