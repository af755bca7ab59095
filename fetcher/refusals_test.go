package main_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/faultproxy"
	"github.com/modelferry/modelferry/fetcher/storetest"
)

// What no retry changes ends the run at once, whether the first or a later request is refused.
func TestExitCode_refusalsAreFinal(t *testing.T) {
	tests := []struct {
		store   string
		status  int
		code    string
		exit    int
		outcome string
		message string
	}{
		{"s3", 403, "InvalidObjectState", 4, "not found", "restore the object or copy it to another storage class"},
		{"s3", 403, "AllAccessDisabled", 3, "denied", "the store has disabled the account or the bucket"},
		{"s3", 403, "RequestTimeTooSkewed", 3, "denied", "synchronize the node's clock"},
		{"s3", 400, "KMS.DisabledException", 3, "denied", "enable the KMS key"},
		{"gcs", 403, "accountDisabled", 3, "denied", "enable billing"},
		{"gcs", 400, "userProjectMissing", 2, "config", "set GCS_USER_PROJECT"},
		{"gcs", 400, "cloudKmsDisabledKey", 3, "denied", "enable the Cloud KMS key version"},
	}
	for _, tt := range tests {
		for name, match := range map[string]func(*http.Request) bool{"every request": faultproxy.Any, "ranges": faultproxy.IsRange} {
			t.Run(tt.code+"/"+name, func(t *testing.T) {
				t.Parallel()
				store := storetest.Fakes(t)[tt.store]
				store.Inject(1000, match, store.Error(tt.status, tt.code, "refused"))
				f := newFixture(t, store, "").set("FETCH_IDENTITY_WAIT", "20s", "FETCH_BACKOFF", "10s",
					"FETCH_PARALLEL", "2", "FETCH_PART_SIZE", "65536")
				store.Put(t, f.bucket, "models/m.bin", make([]byte, 2*65536))
				began := time.Now()
				failure{prepare: func(*testing.T, *fixture) {}, exit: tt.exit, outcome: tt.outcome, message: tt.message}.check(t, f)
				require.Less(t, time.Since(began), 3*time.Second)
				require.LessOrEqual(t, len(store.Requests()), 3)
			})
		}
	}
}
