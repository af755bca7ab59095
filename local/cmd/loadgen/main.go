// Command loadgen sends requests to a service from a pod. Its report is at /report meanwhile; POST /stop ends the run
// and returns the report of all requests. At the end, also on a signal, it prints the report as one line of JSON.
//
// usage: loadgen -url URL [-body JSON] [-rate N] [-in-flight N] [-timeout D] [-duration D] [-listen ADDRESS]
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/modelferry/modelferry/local/internal/loadgen"
)

func main() {
	url := flag.String("url", "", "send POST requests to this `URL`")
	body := flag.String("body", "{}", "`JSON` of the requests")
	rate := flag.Float64("rate", 50, "requests a second")
	inFlight := flag.Int("in-flight", 20, "most requests that are under way")
	timeout := flag.Duration("timeout", 30*time.Second, "timeout of a request")
	duration := flag.Duration("duration", 10*time.Minute, "end of the run, unless it is stopped before")
	listen := flag.String("listen", ":8080", "`ADDRESS` of /report and /stop")
	flag.Parse()
	if *url == "" || *rate <= 0 || *inFlight <= 0 {
		fmt.Fprintln(os.Stderr, "loadgen: -url is required, -rate and -in-flight must be positive")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	ctx, cancel := context.WithTimeout(ctx, *duration)
	options := loadgen.Options{URL: *url, Body: []byte(*body), Rate: *rate, MaxInFlight: *inFlight, Timeout: *timeout}
	err := run(ctx, *listen, loadgen.New(options))
	cancel()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "loadgen:", err)
		os.Exit(1)
	}
}

// run runs the load until ctx is done or it is stopped, and prints its report.
func run(ctx context.Context, address string, l *loadgen.Load) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan struct{})
	writeReport := func(w http.ResponseWriter) { _ = json.NewEncoder(w).Encode(l.Report()) } // the client may have gone
	routes := http.NewServeMux()
	routes.HandleFunc("GET /report", func(w http.ResponseWriter, _ *http.Request) { writeReport(w) })
	routes.HandleFunc("POST /stop", func(w http.ResponseWriter, _ *http.Request) {
		stop()
		<-ended
		writeReport(w)
	})
	server := &http.Server{Handler: routes, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			stop()
		}
	}()
	err = l.WaitForAnswer(ctx)
	if err == nil {
		l.Run(ctx)
	}
	close(ended)
	shutdown, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return errors.Join(err, server.Shutdown(shutdown), json.NewEncoder(os.Stdout).Encode(l.Report()))
}
