package main_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRun_flags(t *testing.T) {
	tests := []struct {
		args   []string
		exit   int
		output string
	}{
		{[]string{"--help"}, 0, "GCS_BUCKET, GCS_MODEL_PATH"},
		{[]string{"--version"}, 0, "fetcher "},
		{[]string{"--fast"}, 2, "-fast"},
		{[]string{"models"}, 2, `unknown argument "models"`},
	}
	for _, tt := range tests {
		t.Run(strings.Join(tt.args, " "), func(t *testing.T) {
			command := exec.Command(fetcher(), tt.args...)
			command.Env = append(os.Environ(), runMain...)
			output, err := command.CombinedOutput()
			if tt.exit == 0 {
				require.NoError(t, err)
			}
			var exitErr *exec.ExitError
			if err != nil {
				require.ErrorAs(t, err, &exitErr)
				require.Equal(t, tt.exit, exitErr.ExitCode())
			}
			require.Contains(t, string(output), tt.output)
		})
	}
}
