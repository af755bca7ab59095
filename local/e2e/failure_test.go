//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/modelferry/modelferry/local/internal/localconfig"
	"github.com/modelferry/modelferry/local/internal/node"
	"github.com/modelferry/modelferry/local/internal/objectstore"
	"github.com/modelferry/modelferry/local/internal/testmodel"
)

// failures publishes models that cannot be served. Each update has to fail in
// the fetcher's own words, and the old pod has to serve on.
func failures(t *testing.T, c cloud, first map[string]string) {
	published := testmodel.File{SHA256: fmt.Sprintf("%064x", 1), Bytes: 16}
	for _, fault := range []struct {
		name string
		// content of the object; nil for none.
		content []byte
		exit    int
		says    string
	}{
		{"corrupt", []byte("not what it said"), 5, "SHA-256"},
		{"empty", []byte{}, 5, "empty"},
		{"missing", nil, 4, "not found"},
	} {
		t.Run(fault.name, func(t *testing.T) {
			c := c.on(t)
			path := "bankchurn/" + fault.name + "/model.joblib"
			if fault.content != nil {
				c.put("models", path, fault.content)
			}
			config, err := localconfig.SavePublished(c.Layout, "bankchurn", []string{"artifacts", "model"}, path, published)
			require.NoError(t, err)
			addDeadline(t, config)
			before := c.configMaps()
			watch := begin(c.services()["bankchurn"].URL)

			printed := c.fail("up")
			require.Contains(t, printed, fmt.Sprintf("exit code %d", fault.exit))
			require.Contains(t, printed, fault.says)
			require.Contains(t, printed, path)

			seen, _, failed := watch.end()
			require.Empty(t, failed, "the old pod has to serve on")
			require.Len(t, seen, 1)
			require.Contains(t, seen, first["bankchurn"])
			for _, name := range before {
				require.Contains(t, c.configMaps(), name, "the old pod needs its ConfigMap when it restarts")
			}
			require.NoError(t, os.Remove(config))
			c.run("up")
			require.Equal(t, first, digests(c))
		})
	}
}

// addDeadline makes a rollout that does not get anywhere fail soon.
func addDeadline(t *testing.T, config string) {
	file, err := os.OpenFile(config, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = file.WriteString("    modelferry:rollout: {deadline: 15s}\n")
	require.NoError(t, err)
	require.NoError(t, file.Close())
}

// put writes an object into one of the stack's buckets.
func (c cloud) put(bucket, path string, content []byte) {
	c.t.Helper()
	i, err := node.ReadInfo(c.Layout)
	require.NoError(c.t, err)
	client, err := objectstore.Open(context.Background(), c.Layout, i)
	require.NoError(c.t, err)
	_, err = client.Put(context.Background(), c.bucket(bucket), path, bytes.NewReader(content))
	require.NoError(c.t, err)
}

// bucket is a bucket's real name: both stores keep a bucket as a folder.
func (c cloud) bucket(name string) string {
	c.t.Helper()
	folders, err := filepath.Glob(filepath.Join(c.DataDir("store"), "*-"+name)) // fake-gcs-server
	require.NoError(c.t, err)
	if len(folders) == 0 {
		folders, err = filepath.Glob(filepath.Join(c.DataDir("store"), "buckets", "*-"+name)) // versitygw
		require.NoError(c.t, err)
	}
	require.Len(c.t, folders, 1)
	return filepath.Base(folders[0])
}

// client speaks to the stack's cluster as its administrator.
func (c cloud) client() *kubernetes.Clientset {
	c.t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", c.Kubeconfig())
	require.NoError(c.t, err)
	client, err := kubernetes.NewForConfig(config)
	require.NoError(c.t, err)
	return client
}

func (c cloud) configMaps() []string {
	c.t.Helper()
	list, err := c.client().CoreV1().ConfigMaps("ml-portfolio").List(context.Background(), metav1.ListOptions{
		LabelSelector: "app.kubernetes.io/part-of=modelferry",
	})
	require.NoError(c.t, err)
	var names []string
	for _, item := range list.Items {
		names = append(names, item.Name)
	}
	return names
}
