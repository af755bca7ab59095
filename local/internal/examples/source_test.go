package examples

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

func TestReadPackages(t *testing.T) {
	list := "# Debian packages\npython3-sklearn\n\npython3-fastapi # 0.92\npython3-sklearn\n"
	require.Equal(t, []string{"python3-fastapi", "python3-sklearn"}, readPackages([]byte(list)))
}

func TestSource_modulesOf(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{
		"packages.txt", "one/app.py", "one/train.py", "one/request.json", "two/app.py", "serving/app.py", "tests/test_app.py",
		"one/__pycache__/app.cpython-311.pyc",
	} {
		file := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte("x"), 0o600))
	}
	s, err := readSource(dir)
	require.NoError(t, err)
	var names []string
	for _, module := range s.modulesOf("one") {
		names = append(names, module.Name)
	}
	require.Equal(t, []string{"app/one/app.py", "app/one/train.py", "app/serving/app.py"}, names)
	require.Len(t, s.modules, 4, "without tests")

	require.NoError(t, os.WriteFile(filepath.Join(dir, "packages.txt"), nil, 0o600))
	_, err = readSource(dir)
	require.ErrorContains(t, err, "no packages or no modules")
}

// The catalogue's services have example servers, and each artifact of each backend is trained.
func TestTrainedFile_catalogue(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(repository, "Pulumi.yaml"))
	require.NoError(t, err)
	type artifacts map[string]any
	var project struct {
		Config struct {
			Services struct {
				Value map[string]struct {
					Artifacts artifacts
					Backends  map[string]struct{ Artifacts artifacts }
				}
			}
		}
	}
	require.NoError(t, yaml.Unmarshal(content, &project))
	found := map[string]bool{}
	find := func(service, backend string, artifacts artifacts) {
		for name := range artifacts {
			file, err := trainedFile(service, backend, name)
			require.NoError(t, err)
			require.True(t, strings.HasPrefix(file, service+"/"), file)
			found[file] = true
		}
	}
	require.Len(t, project.Config.Services.Value, len(Services()))
	for name, service := range project.Config.Services.Value {
		find(name, "", service.Artifacts)
		for backend, b := range service.Backends {
			find(name, backend, service.Artifacts)
			find(name, backend, b.Artifacts)
		}
	}
	require.Len(t, found, len(Files()), "no trained file is without an artifact")
}

func TestTrainedFile_errors(t *testing.T) {
	_, err := trainedFile("mine", "", "model")
	require.EqualError(t, err, `no example server of the service "mine": must be one of bankchurn, chicagotaxi, nlpinsight; `+
		"make up with SERVERS=fake runs any")
	_, err = trainedFile("nlpinsight", "gpt", "model")
	require.EqualError(t, err, `the example server of nlpinsight has no artifact "model" for the backend "gpt"`)
}

// make status prints the requests in single quotes.
func TestRequest_quotable(t *testing.T) {
	for _, service := range Services() {
		body, err := Request(repository, service)
		require.NoError(t, err)
		require.True(t, json.Valid([]byte(body)))
		require.NotContains(t, body, "'")
		require.NotContains(t, body, "\n")
	}
	_, err := Request(repository, "mine")
	require.ErrorContains(t, err, "request to mine: open")
}

// The Dockerfile is for those who have Docker. It runs what the images of the local cloud run.
func TestConfig_likeDockerfile(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(repository, "examples", "Dockerfile"))
	require.NoError(t, err)
	dockerfile := string(content)
	c := config("$SERVICE")
	for _, variable := range c.Env {
		if !strings.HasPrefix(variable, "PATH=") { // of Debian's image
			require.Contains(t, dockerfile, variable)
		}
	}
	require.Contains(t, dockerfile, "\nUSER "+c.User+"\n")
	require.Contains(t, dockerfile, "\nWORKDIR "+c.WorkingDir+"\n")
	require.Contains(t, dockerfile, "\nEXPOSE "+port+"\n")
	require.Contains(t, strings.ReplaceAll(dockerfile, `\"`, ""), "exec "+strings.Join(c.Entrypoint, " "))
}
