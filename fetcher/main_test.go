package main

import (
	"os"
	"testing"

	"github.com/modelferry/modelferry/fetcher/storetest"
)

// runMainVariable makes the test binary run the fetcher instead of the tests.
const runMainVariable = "FETCHER_TEST_RUN_MAIN"

// TestMain makes the test binary run as the fetcher, too. Go's test cache depends on the code of the test binary, but
// not on a program that a test builds. So a change of the fetcher runs the tests again, and -race applies to its
// process.
func TestMain(m *testing.M) {
	if os.Getenv(runMainVariable) != "" {
		main()
		return
	}
	storetest.Main(m)
}
