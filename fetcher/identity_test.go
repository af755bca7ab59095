package main_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/storetest"
)

// assumed answers AssumeRoleWithWebIdentity as STS does.
const assumed = `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult>
<Credentials><AccessKeyId>%s</AccessKeyId><SecretAccessKey>%s</SecretAccessKey><SessionToken></SessionToken><Expiration>%s</Expiration></Credentials>
</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`

const refused = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
<Code>AccessDenied</Code><Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message></Error></ErrorResponse>`

// irsa gives the bench the environment that EKS's webhook injects, and an STS
// in place of the static credentials.
func irsa(t *testing.T, b *bench, sts http.HandlerFunc) {
	server := httptest.NewServer(sts)
	t.Cleanup(server.Close)
	token := filepath.Join(b.volume, "token")
	require.NoError(t, os.WriteFile(token, []byte("projected-token"), 0o600))
	delete(b.env, "AWS_ACCESS_KEY_ID")
	delete(b.env, "AWS_SECRET_ACCESS_KEY")
	b.set("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/bankchurn", "AWS_WEB_IDENTITY_TOKEN_FILE", token,
		"AWS_ENDPOINT_URL_STS", server.URL)
}

func TestIRSAWithAPrivateSTS(t *testing.T) {
	store := storetest.S3(t)
	b := newBench(t, store, "")
	store.Put(t, b.bucket, "models/m.bin", []byte("m"))
	key, secret := b.env["AWS_ACCESS_KEY_ID"], b.env["AWS_SECRET_ACCESS_KEY"]
	const arn = "arn:aws:iam::111122223333:role/bankchurn"
	irsa(t, b, func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("RoleArn") != arn || r.FormValue("WebIdentityToken") != "projected-token" {
			http.Error(w, refused, http.StatusForbidden)
			return
		}
		fmt.Fprintf(w, assumed, key, secret, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
	})
	got := b.run(t)
	require.Equal(t, 0, got.ExitCode, got.stderr)
}

func TestARoleThatDoesNotTrustThePodIsExit3(t *testing.T) {
	store := storetest.S3(t)
	b := newBench(t, store, "")
	store.Put(t, b.bucket, "models/m.bin", []byte("m"))
	irsa(t, b, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, refused, http.StatusForbidden) })
	failure{prepare: func(*testing.T, *bench) {}, exit: 3, outcome: "denied", says: "Not authorized to perform sts:AssumeRoleWithWebIdentity"}.check(t, b)
}

// metadata answers as GKE's metadata server does, after so many refusals.
func metadata(t *testing.T, b *bench, refusals int64) *atomic.Int64 {
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Metadata-Flavor", "Google")
		switch {
		case !strings.HasSuffix(r.URL.Path, "/token"):
			fmt.Fprint(w, "project")
		case asked.Add(1) <= refusals:
			w.WriteHeader(http.StatusNotFound)
		default:
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"access_token":"token","expires_in":3600,"token_type":"Bearer"}`)
		}
	}))
	t.Cleanup(server.Close)
	b.set("GCE_METADATA_HOST", strings.TrimPrefix(server.URL, "http://"))
	return &asked
}

// A GKE pod's metadata server takes seconds to answer. The endpoint is an
// emulator's all the same, as no other can be reached here: what shows is that
// the run waits for the token before it makes a client, and no longer.
func TestAGKEIdentityThatComesLateIsWaitedFor(t *testing.T) {
	b := newBench(t, storetest.GCS(t), "")
	delete(b.env, "STORAGE_EMULATOR_HOST")
	asked := metadata(t, b, 3)
	// Nothing listens there: the run ends right after the identity.
	b.set("HTTPS_PROXY", "http://127.0.0.1:1", "FETCH_RETRIES", "0", "FETCH_IDENTITY_WAIT", "20s", "NO_PROXY", "127.0.0.1")
	got := b.run(t)
	require.Equal(t, 8, got.ExitCode, got.stderr)
	require.GreaterOrEqual(t, asked.Load(), int64(4))
	require.Contains(t, got.stderr, "waiting for the pod's identity")
	require.Contains(t, got.stderr, "identity is ready")
}

func TestAnEmulatorNeedsNoIdentity(t *testing.T) {
	store := storetest.GCS(t)
	b := newBench(t, store, "")
	asked := metadata(t, b, 1000)
	store.Put(t, b.bucket, "models/m.bin", []byte("m"))
	require.Equal(t, 0, b.run(t).ExitCode)
	require.Zero(t, asked.Load())
}
