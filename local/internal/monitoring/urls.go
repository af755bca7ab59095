package monitoring

import (
	"context"
	"fmt"
	"io"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/modelferry/modelferry/local/internal/paths"
)

// URLs are the pages of a monitored stack, which can be reached from this machine.
type URLs struct {
	Prometheus, Alertmanager string
}

// FindURLs returns the URLs of a running local cloud. ok is false if it is not monitored.
func FindURLs(ctx context.Context, layout paths.Layout) (urls URLs, ok bool, err error) {
	if enabled, err := Enabled(layout, ""); err != nil || !enabled {
		return URLs{}, false, err
	}
	c, err := connect(layout)
	if err != nil {
		return URLs{}, false, fmt.Errorf("monitoring of %s: %w", layout.Stack, err)
	}
	for name, url := range map[string]*string{"prometheus": &urls.Prometheus, "alertmanager": &urls.Alertmanager} {
		address, err := c.serviceAddress(ctx, name)
		if apierrors.IsNotFound(err) {
			return URLs{}, false, nil // make up was interrupted
		}
		if err != nil {
			return URLs{}, false, fmt.Errorf("monitoring of %s: %w", layout.Stack, err)
		}
		*url = "http://" + address
	}
	return urls, true, nil
}

// PrintURLs prints the URLs of a running local cloud, and nothing if it is not monitored.
func PrintURLs(ctx context.Context, out io.Writer, layout paths.Layout) error {
	urls, ok, err := FindURLs(ctx, layout)
	if err != nil || !ok {
		return err
	}
	_, err = fmt.Fprintf(out, "Prometheus %s, Alertmanager %s\n", urls.Prometheus, urls.Alertmanager)
	return err
}
