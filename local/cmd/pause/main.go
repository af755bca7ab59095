// Command pause is the program of a pod's sandbox container, which holds the pod's namespaces. It exits on SIGTERM, so
// that the end of a pod does not take its grace period.
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	// With shareProcessNamespace this process is PID 1 and inherits orphans. The kernel reaps them if their parent
	// ignores SIGCHLD.
	signal.Ignore(syscall.SIGCHLD)
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM, syscall.SIGINT)
	<-end
}
