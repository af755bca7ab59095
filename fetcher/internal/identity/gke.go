// Package identity waits until the pod's cloud identity is ready.
package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"cloud.google.com/go/compute/metadata"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/transfer"
)

// tokenPath is requested instead of the server's root: on GKE the root answers before workload identity is ready.
const tokenPath = "instance/service-accounts/default/token"

// requestTimeout bounds one request. A metadata server that is ready responds within milliseconds.
const requestTimeout = 3 * time.Second

// WaitForGKEToken polls the metadata server until it returns a token, for at most wait. On a new GKE pod this takes
// seconds, and the SDK caches its first failure, so call it before creating a client. It returns at once if the
// credentials come from elsewhere.
func WaitForGKEToken(ctx context.Context, wait time.Duration, log *slog.Logger) error {
	if !usesMetadataServer() {
		return nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, wait, errWaitTimeout)
	defer cancel()
	client := newMetadataClient()
	backoff := transfer.Backoff{Base: 200 * time.Millisecond, Cap: 2 * time.Second}
	began := time.Now()
	for n := 0; ; n++ {
		response, err := client.GetWithContext(ctx, tokenPath)
		if err == nil {
			err = checkToken(response)
		}
		if err == nil {
			if n > 0 {
				log.Info("identity is ready", "waited", time.Since(began).Round(time.Millisecond).String())
			}
			return nil
		}
		if n == 0 {
			log.Info("waiting for the pod's identity", "atMost", wait.String(), "error", err.Error())
		}
		if sleepErr := transfer.Sleep(ctx, backoff.Delay(n)); errors.Is(sleepErr, errWaitTimeout) {
			return noTokenError(wait, err)
		} else if sleepErr != nil {
			return sleepErr
		}
	}
}

// Principal returns the identity's name at the metadata server: the e-mail address of a Google service account, or
// PROJECT.svc.id.goog for an identity without one. It is empty if the credentials come from elsewhere.
func Principal(ctx context.Context) string {
	if !usesMetadataServer() {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	name, err := newMetadataClient().EmailWithContext(ctx, "default")
	if err != nil {
		return ""
	}
	return name
}

// checkToken returns an error if a response of the metadata server has no token. A server that is not ready, or another
// server at its address, may respond with anything.
func checkToken(response string) error {
	var token struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(response), &token); err != nil {
		return fmt.Errorf("invalid response to a request for a token: %w", err)
	}
	if token.AccessToken == "" {
		return errors.New("the response to a request for a token has no access_token")
	}
	return nil
}

// newMetadataClient returns a client without a proxy: the metadata server is on the node.
func newMetadataClient() *metadata.Client {
	return metadata.NewWithOptions(&metadata.Options{
		Client: &http.Client{Timeout: requestTimeout, Transport: &http.Transport{
			DialContext: (&net.Dialer{Timeout: requestTimeout}).DialContext,
		}},
		Logger: slog.New(slog.DiscardHandler),
	})
}

var errWaitTimeout = errors.New("timed out waiting for the identity")

func noTokenError(wait time.Duration, err error) error {
	return fetcherr.New(fetcherr.PermissionDenied, "no Google identity: the metadata server returned no token within %s: %w", wait, err).
		WithHint("check that the node pool runs the GKE metadata server and that the pod's service account has a workload identity")
}

// usesMetadataServer reports whether the credentials come from the metadata server: it is configured explicitly, or the
// pod runs in a cluster and nothing else is configured.
func usesMetadataServer() bool {
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
