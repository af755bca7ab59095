// Command pause is the program of a pod's sandbox container. It keeps the pod's namespaces, and exits on
// SIGTERM so that the sandbox does not wait for its grace period.
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	// With shareProcessNamespace this process is PID 1 and inherits orphans. The kernel reaps them for a
	// parent that ignores SIGCHLD.
	signal.Ignore(syscall.SIGCHLD)
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM, syscall.SIGINT)
	<-end
}
