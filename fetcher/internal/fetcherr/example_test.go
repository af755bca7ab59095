package fetcherr_test

import (
	"fmt"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
)

// The kind of an error determines the exit code, however the error is wrapped.
func ExampleKindOf() {
	err := fmt.Errorf("model.joblib: %w", fetcherr.New(fetcherr.NotFound, "no such object").WithHint("check the path"))
	kind := fetcherr.KindOf(err)
	fmt.Println(err)
	fmt.Println(kind, kind.ExitCode(), kind.Retryable())
	// Output:
	// model.joblib: no such object (check the path)
	// not found 4 false
}
