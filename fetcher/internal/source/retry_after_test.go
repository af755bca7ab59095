package source_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/source"
)

func TestRetryAfter_secondsAndDates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now().UTC()
		for text, want := range map[string]time.Duration{
			"": 0, "7": 7 * time.Second, "-7": 0, "soon": 0,
			now.Add(time.Minute).Format(http.TimeFormat):  time.Minute,
			now.Add(-time.Minute).Format(http.TimeFormat): 0,
		} {
			require.Equal(t, want, source.RetryAfter(http.Header{"Retry-After": {text}}), text)
		}
	})
}
