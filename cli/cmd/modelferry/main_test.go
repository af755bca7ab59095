package main

import (
	"os"
	"testing"

	"github.com/modelferry/modelferry/cli/internal/uploadtest"
)

// runMainVariable makes the test binary run modelferry instead of the tests.
const runMainVariable = "MODELFERRY_TEST_RUN_MAIN"

// TestMain makes the test binary run as modelferry, too, so that a change of modelferry runs the tests again.
func TestMain(m *testing.M) {
	if os.Getenv(runMainVariable) != "" {
		main()
		return
	}
	uploadtest.Main(m)
}
