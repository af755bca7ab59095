// Package identity waits for the pod's cloud identity to be there.
package identity

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"cloud.google.com/go/compute/metadata"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/transfer"
)

// tokenPath is asked and not the server's root: on GKE the root answers
// before the workload identity behind it does.
const tokenPath = "instance/service-accounts/default/token"

// patience is how long one question may take; a metadata server that is
// there answers within milliseconds.
const patience = 3 * time.Second

// AwaitGKE polls the metadata server until it gives a token, at most for
// wait. On a new GKE pod it takes seconds to answer, and the SDK remembers
// the first answer for good, so this comes before the first client. Where
// credentials are given in another way there is nothing to wait for.
func AwaitGKE(ctx context.Context, wait time.Duration, log *slog.Logger) error {
	if !fromMetadata() {
		return nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, wait, errWaited)
	defer cancel()
	client := server()
	backoff := transfer.Backoff{Base: 200 * time.Millisecond, Cap: 2 * time.Second}
	began := time.Now()
	for n := 0; ; n++ {
		_, err := client.GetWithContext(ctx, tokenPath)
		if err == nil {
			if n > 0 {
				log.Info("identity is ready", "waited", time.Since(began).Round(time.Millisecond).String())
			}
			return nil
		}
		if n == 0 {
			log.Info("waiting for the pod's identity", "atMost", wait.String(), "error", err.Error())
		}
		if waited := transfer.Wait(ctx, backoff.Delay(n)); errors.Is(waited, errWaited) {
			return noToken(wait, err)
		} else if waited != nil {
			return waited
		}
	}
}

// Principal is the name that the metadata server gives the pod's identity:
// the e-mail address of a Google service account, or PROJECT.svc.id.goog for
// an identity without one. It is "" where the identity is another server's.
func Principal(ctx context.Context) string {
	if !fromMetadata() {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	name, err := server().EmailWithContext(ctx, "default")
	if err != nil {
		return ""
	}
	return name
}

func server() *metadata.Client {
	return metadata.NewWithOptions(&metadata.Options{
		Client: &http.Client{Timeout: patience},
		Logger: slog.New(slog.DiscardHandler),
	})
}

var errWaited = errors.New("waited for the identity long enough")

func noToken(wait time.Duration, err error) error {
	return fetcherr.New(fetcherr.Denied, "no Google identity: the metadata server gave no token within %s: %w", wait, err).
		Advise("check that the node pool runs the GKE metadata server and that the pod's service account has a workload identity")
}

// fromMetadata says whether the identity will come from the metadata server:
// the pod says where it is, or it runs in a cluster and nothing else is given.
func fromMetadata() bool {
	if os.Getenv("STORAGE_EMULATOR_HOST") != "" || os.Getenv("GOOGLE_APPLICATION_CREDENTIALS") != "" {
		return false
	}
	if os.Getenv("GCE_METADATA_HOST") != "" {
		return true
	}
	home, err := os.UserHomeDir()
	if err == nil {
		if _, err := os.Stat(filepath.Join(home, ".config/gcloud/application_default_credentials.json")); err == nil {
			return false
		}
	}
	return os.Getenv("KUBERNETES_SERVICE_HOST") != ""
}
