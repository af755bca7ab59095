//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/modelferry/modelferry/local/internal/examples"
	"github.com/modelferry/modelferry/local/internal/status"
	"github.com/modelferry/modelferry/local/internal/testmodel"
)

// churn is an answer of bankchurn's server.
type churn struct {
	Probability float64 `json:"churn_probability"`
	Churn       bool    `json:"churn"`
	// Model is the SHA-256 of the model that answered.
	Model string `json:"model"`
}

func (c *cloud) decodeChurn(answer string) (decoded churn) {
	c.t.Helper()
	require.NoError(c.t, json.Unmarshal([]byte(answer), &decoded), answer)
	return decoded
}

// predict asks a service for the prediction of its example request, and returns the body of the answer.
func (c *cloud) predict(service status.Service) string {
	c.t.Helper()
	body, err := examples.Request(c.Root, service.Name)
	require.NoError(c.t, err)
	response, err := probeClient.Post(service.URL+"/predict", "application/json", strings.NewReader(body))
	require.NoError(c.t, err)
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	require.NoError(c.t, err)
	require.Equal(c.t, http.StatusOK, response.StatusCode, string(answer))
	return string(answer)
}

// churnScript loads bankchurn's model from stdin and prints its answer to the request in the argument, as a churn.
const churnScript = `
import io, json, sys
import joblib
from bankchurn.features import encode

request = json.loads(sys.argv[1])
estimator = joblib.load(io.BytesIO(sys.stdin.buffer.read()))["estimator"]
probability = float(estimator.predict_proba(encode(**request))[0, 1])
print(json.dumps({"churn_probability": probability, "churn": probability >= 0.5}))
`

// modelAnswer returns the answer of a model of bankchurn to the example request, without its server, fetcher or bucket:
// a Python of the server's image loads the file.
func (c *cloud) modelAnswer(model testmodel.File) churn {
	c.t.Helper()
	body, err := examples.Request(c.Root, "bankchurn")
	require.NoError(c.t, err)
	content, err := os.ReadFile(model.Name)
	require.NoError(c.t, err)
	cmd := exec.Command("/usr/bin/python3", "-c", churnScript, body)
	cmd.Stdin = bytes.NewReader(content)
	cmd.Dir, cmd.Env = "/app", []string{"PATH=/usr/bin", "PYTHONPATH=/app", "PYTHONDONTWRITEBYTECODE=1", "HOME=/tmp"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: c.rootOfServer("bankchurn")}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	printed, err := cmd.Output()
	require.NoError(c.t, err, stderr.String())
	answer := c.decodeChurn(string(printed))
	answer.Model = model.SHA256
	return answer
}

// rootOfServer returns the root folder of a service's server as this machine sees it. The server's process belongs to
// this machine's cgroups, which have the pod's UID in their names.
func (c *cloud) rootOfServer(service string) string {
	c.t.Helper()
	pod, err := c.client().CoreV1().Pods(namespace).Get(c.t.Context(), c.pod(service).Name, metav1.GetOptions{})
	require.NoError(c.t, err)
	processes, err := filepath.Glob("/proc/[0-9]*")
	require.NoError(c.t, err)
	for _, process := range processes {
		cgroup, _ := os.ReadFile(filepath.Join(process, "cgroup")) // it may have ended
		command, _ := os.ReadFile(filepath.Join(process, "cmdline"))
		if strings.Contains(string(cgroup), string(pod.UID)) && strings.Contains(string(command), "uvicorn") {
			return filepath.Join(process, "root")
		}
	}
	require.FailNow(c.t, "no process of the server", "pod %s", pod.Name)
	return ""
}
