package execcredential_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/execcredential"
	"github.com/modelferry/modelferry/local/internal/node/nodeinfo"
)

const server = "https://10.213.0.2"

func stackDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "secret"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "secret", "admin.token"), []byte("t0ken\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "secret", "caller.token"), []byte("caller\n"), 0o600))
	require.NoError(t, nodeinfo.Info{APIServerURL: server, CAData: []byte("CA")}.Write(filepath.Join(dir, "node.json")))
	require.NoError(t, cloudstate.Update(dir, func(cloud *cloudstate.Cloud) error {
		cloud.Put(cloudstate.Resource{Type: "aws:eks/cluster:Cluster", ID: "main", Outputs: map[string]any{"name": "main"}})
		return nil
	}))
	return dir
}

func token(t *testing.T, out bytes.Buffer) string {
	t.Helper()
	var credential struct {
		APIVersion, Kind string
		Status           struct{ Token string }
	}
	require.NoError(t, json.Unmarshal(out.Bytes(), &credential))
	require.Equal(t, "client.authentication.k8s.io/v1beta1", credential.APIVersion)
	require.Equal(t, "ExecCredential", credential.Kind)
	return credential.Status.Token
}

func TestGKE(t *testing.T) {
	exec := func(server string, ca []byte) string {
		content, _ := json.Marshal(map[string]any{
			"apiVersion": "client.authentication.k8s.io/v1beta1", "kind": "ExecCredential",
			"spec": map[string]any{"cluster": map[string]any{"server": server, "certificate-authority-data": ca}},
		})
		return string(content)
	}
	for _, test := range []struct{ name, exec, wantErr string }{
		{"the local cluster", exec(server, []byte("CA")), ""},
		{"another cluster", exec("https://203.0.113.7", []byte("CA")), "https://203.0.113.7 is not the local cloud's cluster"},
		{"another certificate authority", exec(server, []byte("other")), "is not the local cloud's cluster"},
		{"no cluster given", "", "set provideClusterInfo"},
		{"nonsense", "{", "KUBERNETES_EXEC_INFO"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("KUBERNETES_EXEC_INFO", test.exec)
			var out bytes.Buffer
			err := execcredential.GKE(&out, stackDir(t))
			if test.wantErr != "" {
				require.ErrorContains(t, err, test.wantErr)
				require.Empty(t, out.String())
				return
			}
			require.NoError(t, err)
			require.Equal(t, "t0ken", token(t, out))
		})
	}
}

func TestEKS(t *testing.T) {
	for _, test := range []struct {
		name    string
		args    []string
		wantErr string
	}{
		{"the stack's cluster", []string{"eks", "get-token", "--cluster-name", "main"}, ""},
		{"options before and after", []string{"--region", "eu-west-1", "eks", "get-token", "--cluster-name=main", "--output", "json"}, ""},
		{"the local cloud's own", []string{"eks", "get-token", "--cluster-name", "local"}, ""},
		{"another cluster", []string{"eks", "get-token", "--cluster-name", "prod"}, `cluster "prod" does not exist in the local cloud, which has local, main`},
		{"no cluster", []string{"eks", "get-token"}, "--cluster-name is missing"},
		{"another command", []string{"s3", "ls"}, "implements only `aws eks get-token"},
		{"another option", []string{"eks", "get-token", "--cluster-name", "main", "--sudo"}, "-sudo"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out bytes.Buffer
			err := execcredential.EKS(&out, stackDir(t), test.args)
			if test.wantErr != "" {
				require.ErrorContains(t, err, test.wantErr)
				require.Empty(t, out.String())
				return
			}
			require.NoError(t, err)
			require.Equal(t, "caller", token(t, out))
		})
	}
}

func TestGKE_withoutLocalCloud(t *testing.T) {
	require.ErrorContains(t, execcredential.GKE(nil, ""), "MODELFERRY_STACK_DIR")
}

func TestEKS_withoutLocalCloud(t *testing.T) {
	require.ErrorContains(t, execcredential.EKS(nil, "", nil), "MODELFERRY_STACK_DIR")
}
