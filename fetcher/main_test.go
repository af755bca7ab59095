package main

import (
	"os"
	"testing"

	"github.com/modelferry/modelferry/fetcher/internal/storetest"
)

// runMainVariable makes the test binary run the fetcher instead of the tests.
const runMainVariable = "FETCHER_TEST_RUN_MAIN"

// TestMain lets the test binary be the fetcher's process, too. Go's test cache sees the code that is linked into the
// test binary, and not that of a program which a test builds: after a change the tests run again, and -race applies
// to the process as well.
func TestMain(m *testing.M) {
	if os.Getenv(runMainVariable) != "" {
		main()
		return
	}
	storetest.Main(m)
}
