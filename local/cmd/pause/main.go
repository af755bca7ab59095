// Command pause is the program of a pod's sandbox: it holds the pod's namespaces open, and ends on SIGTERM so
// that a pod goes at once and not after its grace period.
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	// A pod with shareProcessNamespace makes this PID 1: it then inherits orphans, which the kernel reaps by
	// itself for a parent that ignores SIGCHLD.
	signal.Ignore(syscall.SIGCHLD)
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM, syscall.SIGINT)
	<-end
}
