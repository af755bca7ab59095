// Command modelserver replaces the model servers in the local cloud. It serves no predictions. It reports whether its
// artifacts exist, and their digests, so that a missing, wrong or outdated model is visible.
//
// Environment: PORT (8000); MODEL_PATH, a file or a folder; PREDICTIONS_PATH and ARTIFACTS_DIR, optional
// further paths that must exist.
//
// With the argument probe or listen, it tests network policies instead, see probe.go.
package main

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// shutdownTimeout is the time for open requests at the end of the pod. It is below the default grace period, 30 s.
const shutdownTimeout = 10 * time.Second

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	err := run(ctx, log)
	stop()
	if err != nil {
		log.Error(err.Error())
		os.Exit(1)
	}
}

func run(ctx context.Context, log *slog.Logger) error {
	if len(os.Args) > 2 {
		switch os.Args[1] {
		case "probe":
			return probe(ctx, os.Stdout, os.Args[2:])
		case "listen":
			return listen(ctx, os.Args[2:])
		}
	}
	model := os.Getenv("MODEL_PATH")
	if model == "" {
		return errors.New("MODEL_PATH is not set: must be the model's file or folder")
	}
	server := &http.Server{
		Addr:              ":" + cmp.Or(os.Getenv("PORT"), "8000"),
		Handler:           newHandler(model, os.Getenv("PREDICTIONS_PATH"), os.Getenv("ARTIFACTS_DIR")),
		ReadHeaderTimeout: 10 * time.Second,
	}
	serveErr := make(chan error, 1)
	go func() { serveErr <- server.ListenAndServe() }()
	log.Info("serving", "address", server.Addr, "model", model)
	select {
	case err := <-serveErr:
		return err
	case <-ctx.Done():
	}
	log.Info("shutting down")
	shutdownCtx, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
	defer cancel()
	return server.Shutdown(shutdownCtx)
}
