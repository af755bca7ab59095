//go:build e2e

package kubernetes

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/modelferry/modelferry/local/internal/repotest"
)

// startCluster runs the real etcd, API server and controllers on loopback, and returns a kubeconfig. There is no node:
// pods stay pending unless a test changes their status. It needs the program kube, which takes minutes to build, so
// the tests that use it have the build tag of make e2e.
func startCluster(t *testing.T) string {
	t.Helper()
	kube := repotest.Binary(t, "kube")
	if kube == "" {
		kube = repotest.Path(t, filepath.Join("bin", "kube"))
	}
	require.FileExists(t, kube, "make e2e builds it")
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	write := func(name, content string) string {
		require.NoError(t, os.WriteFile(file(name), []byte(content), 0o600))
		return file(name)
	}
	run := func(args ...string) {
		log, err := os.Create(file(args[0] + ".log"))
		require.NoError(t, err)
		cmd := exec.Command(kube, args...)
		cmd.Dir, cmd.Stdout, cmd.Stderr = dir, log, log
		require.NoError(t, cmd.Start())
		t.Cleanup(func() {
			_ = cmd.Process.Kill() // its state is discarded
			_ = cmd.Wait()
			if t.Failed() {
				t.Logf("the end of the log of %s:\n%s", args[0], tail(log.Name()))
			}
		})
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	signing := write("sa.key", string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})))
	addresses := freeAddresses(t, 3)
	client, peer, secure := addresses[0], addresses[1], addresses[2]
	_, port, err := net.SplitHostPort(secure)
	require.NoError(t, err)
	run("etcd", "--data-dir", file("etcd"), "--listen-client-urls", "http://"+client, "--advertise-client-urls", "http://"+client,
		"--listen-peer-urls", "http://"+peer, "--initial-advertise-peer-urls", "http://"+peer, "--initial-cluster", "default=http://"+peer,
		"--unsafe-no-fsync", "--log-level", "error")
	run("kube-apiserver", "--etcd-servers=http://"+client, "--bind-address=127.0.0.1", "--secure-port="+port,
		"--cert-dir="+file("certs"), "--token-auth-file="+write("tokens.csv", "t0ken,admin,admin,system:masters\n"),
		"--service-cluster-ip-range=10.250.0.0/24", "--authorization-mode=RBAC",
		"--service-account-issuer=https://"+secure, "--service-account-key-file="+signing, "--service-account-signing-key-file="+signing)
	config := api.NewConfig()
	config.Clusters["test"] = &api.Cluster{Server: "https://" + secure, InsecureSkipTLSVerify: true}
	config.AuthInfos["test"] = &api.AuthInfo{Token: "t0ken"}
	config.Contexts["test"] = &api.Context{Cluster: "test", AuthInfo: "test"}
	config.CurrentContext = "test"
	require.NoError(t, clientcmd.WriteToFile(*config, file("kubeconfig")))
	run(
		"kube-controller-manager",
		"--kubeconfig="+file("kubeconfig"),
		"--secure-port=0",
		"--leader-elect=false",
		"--controllers=deployment-controller,replicaset-controller,garbage-collector-controller,namespace-controller,serviceaccount-controller,resourcequota-controller,persistentvolume-binder-controller",
	)

	c, err := newClusterClient(providerConfig{Kubeconfig: file("kubeconfig")})
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		return c.clientset.Discovery().RESTClient().Get().AbsPath("/readyz").Do(t.Context()).Error() == nil
	}, 3*time.Minute, 100*time.Millisecond, "the API server does not become ready")
	return file("kubeconfig")
}

// freeAddresses returns n different free addresses on loopback.
func freeAddresses(t *testing.T, n int) []string {
	t.Helper()
	var addresses []string
	for range n {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer listener.Close() // after all are chosen, so that no address is chosen twice
		addresses = append(addresses, listener.Addr().String())
	}
	return addresses
}

func tail(path string) string {
	content, err := os.ReadFile(path)
	if err != nil {
		return fmt.Sprint(err)
	}
	return string(content[max(0, len(content)-2000):])
}
