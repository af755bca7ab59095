//go:build e2e

package kubernetes

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"flag"
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

func TestMain(m *testing.M) {
	flag.Parse()
	repotest.DisableCache()
	os.Exit(m.Run())
}

// controlPlane is a real etcd, API server and controller manager on loopback, with their files in a folder. There is
// no node: pods stay pending until a test sets their status.
type controlPlane struct {
	t *testing.T
	// kube is the program that holds the components.
	kube, dir string
}

// startControlPlane starts a control plane and returns its kubeconfig. It needs the binary kube, which takes
// minutes to build: hence the build tag, which make e2e sets.
func startControlPlane(t *testing.T) string {
	t.Helper()
	kube := repotest.Binary("kube")
	if kube == "" {
		kube = repotest.Path(t, ".local", "bin", "kube")
	}
	require.FileExists(t, kube, "make e2e builds it")
	p := controlPlane{t, kube, t.TempDir()}
	// Clients reach etcd over a socket, so that no port has to be free. The advertised URL is not used.
	p.start("etcd", "--data-dir="+p.file("etcd"), "--listen-client-urls=unix://"+p.file("etcd.sock"),
		"--advertise-client-urls=http://127.0.0.1:2379", "--listen-peer-urls=http://127.0.0.1:0",
		"--unsafe-no-fsync", "--log-level=error")
	p.startAPIServer()
	p.start("kube-controller-manager", "--kubeconfig="+p.file("kubeconfig"), "--secure-port=0", "--leader-elect=false",
		"--controllers=deployment-controller,replicaset-controller,garbage-collector-controller,namespace-controller,"+
			"serviceaccount-controller,resourcequota-controller,persistentvolume-binder-controller")
	return p.file("kubeconfig")
}

// startAPIServer starts the API server, writes the kubeconfig and waits until the server is ready. A port that is
// free now may be taken a moment later: then another one is tried.
func (p controlPlane) startAPIServer() {
	p.t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(p.t, err)
	signing := p.write("sa.key", pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}))
	tokens := p.write("tokens.csv", []byte("t0ken,admin,admin,system:masters\n"))
	for {
		port := freePort(p.t)
		address := "https://127.0.0.1:" + port
		exited := p.start("kube-apiserver", "--etcd-servers=unix://"+p.file("etcd.sock"), "--bind-address=127.0.0.1",
			"--secure-port="+port, "--cert-dir="+p.file("certs"), "--token-auth-file="+tokens,
			"--service-cluster-ip-range=10.250.0.0/24", "--authorization-mode=RBAC",
			"--service-account-issuer="+address, "--service-account-key-file="+signing, "--service-account-signing-key-file="+signing)
		config := api.NewConfig()
		config.Clusters["test"] = &api.Cluster{Server: address, InsecureSkipTLSVerify: true}
		config.AuthInfos["test"] = &api.AuthInfo{Token: "t0ken"}
		config.Contexts["test"] = &api.Context{Cluster: "test", AuthInfo: "test"}
		config.CurrentContext = "test"
		require.NoError(p.t, clientcmd.WriteToFile(*config, p.file("kubeconfig")))
		c, err := newClusterClient(providerConfig{Kubeconfig: p.file("kubeconfig")})
		require.NoError(p.t, err)
		ended := false
		waitFor(p.t, func() error {
			select {
			case <-exited:
				ended = true
				return nil
			default:
				return c.clientset.Discovery().RESTClient().Get().AbsPath("/readyz").Do(p.t.Context()).Error()
			}
		})
		if !ended {
			return
		}
		log, err := os.ReadFile(p.file("kube-apiserver.log"))
		require.NoError(p.t, err)
		require.Contains(p.t, string(log), "address already in use", "the API server ended")
	}
}

// start starts a component. The channel is closed when it has ended; the end of the test kills it.
func (p controlPlane) start(component string, args ...string) (exited <-chan struct{}) {
	p.t.Helper()
	log, err := os.Create(p.file(component + ".log"))
	require.NoError(p.t, err)
	cmd := exec.Command(p.kube, append([]string{component}, args...)...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = p.dir, log, log
	require.NoError(p.t, cmd.Start())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = cmd.Wait()
		_ = log.Close()
	}()
	p.t.Cleanup(func() {
		_ = cmd.Process.Kill() // It has nothing to save.
		<-done
		if p.t.Failed() {
			content, _ := os.ReadFile(log.Name())
			p.t.Logf("the last lines of %s's log:\n%s", component, content[max(0, len(content)-2000):])
		}
	})
	return done
}

func (p controlPlane) file(name string) string { return filepath.Join(p.dir, name) }

func (p controlPlane) write(name string, content []byte) string {
	p.t.Helper()
	require.NoError(p.t, os.WriteFile(p.file(name), content, 0o600))
	return p.file(name)
}

func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	require.NoError(t, err)
	return port
}

// waitFor polls until condition returns nil. The limit is for a failure: on a busy machine everything takes longer.
func waitFor(t *testing.T, condition func() error) {
	t.Helper()
	const limit = 3 * time.Minute
	for deadline := time.Now().Add(limit); ; time.Sleep(50 * time.Millisecond) {
		err := condition()
		if err == nil {
			return
		}
		require.True(t, time.Now().Before(deadline), "after %s: %v", limit, err)
	}
}
