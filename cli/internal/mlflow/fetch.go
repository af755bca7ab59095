package mlflow

import (
	"context"
	"os"
	"path/filepath"

	"github.com/modelferry/modelferry/cli/internal/exitcode"
)

// Fetch downloads the model of a reference into a folder below dir, with the server and login of the environment. It
// returns the path of the file or folder, whose name is that of the model, and annotations for the record of a release.
func Fetch(ctx context.Context, reference, dir string) (path string, annotations map[string]string, err error) {
	parsed, err := ParseReference(reference)
	if err != nil {
		return "", nil, exitcode.WithCode(exitcode.Invalid, err)
	}
	client, err := NewClient(os.Getenv)
	if err != nil {
		return "", nil, exitcode.WithCode(exitcode.Invalid, err)
	}
	model, err := client.Resolve(ctx, parsed)
	if err != nil {
		return "", nil, err
	}
	target := filepath.Join(dir, parsed.Name)
	if err := os.Mkdir(target, 0o755); err != nil {
		return "", nil, err
	}
	path, err = client.Download(ctx, model, target)
	return path, model.Annotations(), err
}
