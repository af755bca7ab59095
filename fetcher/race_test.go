//go:build race

package main_test

// The fetcher under test looks for races where its tests do.
func init() {
	build = append(build, "-race")
	cgo = "1"
}
