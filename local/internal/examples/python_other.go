//go:build !linux

package examples

import (
	"context"
	"fmt"
	"runtime"
)

func (r root) python(context.Context, uint32, []string, ...string) error {
	return fmt.Errorf("real model servers do not run on %s: use Linux", runtime.GOOS)
}
