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

	"github.com/modelferry/modelferry/fetcher/faultproxy"
	"github.com/modelferry/modelferry/fetcher/storetest"
)

// assumeRoleResponse is the response of STS to AssumeRoleWithWebIdentity.
const assumeRoleResponse = `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<AssumeRoleWithWebIdentityResult>
<Credentials><AccessKeyId>%s</AccessKeyId><SecretAccessKey>%s</SecretAccessKey><SessionToken></SessionToken>
<Expiration>%s</Expiration></Credentials>
</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`

const accessDeniedResponse = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
<Code>AccessDenied</Code><Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message></Error></ErrorResponse>`

// useIRSA replaces the static credentials by the environment that EKS's webhook injects, with sts as the STS.
func useIRSA(t *testing.T, f *fixture, sts http.HandlerFunc) {
	t.Helper()
	server := httptest.NewServer(sts)
	t.Cleanup(server.Close)
	token := filepath.Join(f.volume, "token")
	require.NoError(t, os.WriteFile(token, []byte("projected-token"), 0o600))
	delete(f.env, "AWS_ACCESS_KEY_ID")
	delete(f.env, "AWS_SECRET_ACCESS_KEY")
	f.set("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/bankchurn", "AWS_WEB_IDENTITY_TOKEN_FILE", token,
		"AWS_ENDPOINT_URL_STS", server.URL)
}

func TestIdentity_irsaWithCustomSTSEndpoint(t *testing.T) {
	store := storetest.S3(t)
	f := newFixture(t, store, "")
	store.Put(t, f.bucket, "models/m.bin", []byte("m"))
	key, secret := f.env["AWS_ACCESS_KEY_ID"], f.env["AWS_SECRET_ACCESS_KEY"]
	const arn = "arn:aws:iam::111122223333:role/bankchurn"
	useIRSA(t, f, func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("RoleArn") != arn || r.FormValue("WebIdentityToken") != "projected-token" {
			http.Error(w, accessDeniedResponse, http.StatusForbidden)
			return
		}
		fmt.Fprintf(w, assumeRoleResponse, key, secret, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
	})
	got := f.run(t)
	require.Equal(t, 0, got.ExitCode, got.stderr)
}

func TestIdentity_untrustedRoleIsDenied(t *testing.T) {
	store := storetest.S3(t)
	f := newFixture(t, store, "")
	store.Put(t, f.bucket, "models/m.bin", []byte("m"))
	useIRSA(t, f, func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, accessDeniedResponse, http.StatusForbidden)
	})
	failure{prepare: func(*testing.T, *fixture) {}, exit: 3, outcome: "denied",
		message: "Not authorized to perform sts:AssumeRoleWithWebIdentity"}.check(t, f)
}

// serveMetadata starts a server like GKE's metadata server. It refuses the given number of requests for a token, and
// returns the count of such requests.
func serveMetadata(t *testing.T, f *fixture, refusals int64) *atomic.Int64 {
	t.Helper()
	var requests atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Metadata-Flavor", "Google")
		switch {
		case !strings.HasSuffix(r.URL.Path, "/token"):
			fmt.Fprint(w, "project")
		case requests.Add(1) <= refusals:
			w.WriteHeader(http.StatusNotFound)
		default:
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"access_token":"token","expires_in":3600,"token_type":"Bearer"}`)
		}
	}))
	t.Cleanup(server.Close)
	f.set("GCE_METADATA_HOST", strings.TrimPrefix(server.URL, "http://"))
	return &requests
}

// The metadata server returns no token in the first seconds of a GKE pod. The test checks that the run waits for the
// token. It then fails, because a test cannot reach GCS.
func TestIdentity_waitsForGKEToken(t *testing.T) {
	f := newFixture(t, storetest.GCS(t), "")
	delete(f.env, "STORAGE_EMULATOR_HOST")
	requests := serveMetadata(t, f, 3)
	// Nothing listens on port 1, so the requests to GCS fail.
	f.set("HTTPS_PROXY", "http://127.0.0.1:1", "FETCH_RETRIES", "0", "FETCH_IDENTITY_WAIT", "20s", "NO_PROXY", "127.0.0.1")
	got := f.run(t)
	require.Equal(t, 8, got.ExitCode, got.stderr)
	require.GreaterOrEqual(t, requests.Load(), int64(4))
	require.Contains(t, got.stderr, "waiting for the pod's identity")
	require.Contains(t, got.stderr, "identity is ready")
}

func TestIdentity_emulatorNeedsNone(t *testing.T) {
	store := storetest.GCS(t)
	f := newFixture(t, store, "")
	requests := serveMetadata(t, f, 1000)
	store.Put(t, f.bucket, "models/m.bin", []byte("m"))
	require.Equal(t, 0, f.run(t).ExitCode)
	require.Zero(t, requests.Load())
}

// Permissions are eventually consistent: a pod that starts right after its role was created is refused at first.
func TestIdentity_waitsForPermission(t *testing.T) {
	for name, store := range allStores(t) {
		for kind, match := range map[string]func(*http.Request) bool{"first": faultproxy.IsNotRange, "range": faultproxy.IsRange} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				t.Parallel()
				proxy := faultproxy.New(t, store.Endpoint())
				proxy.Inject(3, match, faultproxy.Status(http.StatusForbidden))
				f := newFixture(t, store, proxy.URL).set("FETCH_PART_SIZE", "65536",
					"FETCH_IDENTITY_WAIT", "20s", "AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/bankchurn")
				store.Put(t, f.bucket, "models/m.bin", make([]byte, 200_000))
				got := f.run(t)
				require.Equal(t, 0, got.ExitCode, got.stderr)
				require.Equal(t, 1, strings.Count(got.stderr,
					"permission denied, retrying: a grant or a token may not have taken effect yet"))
				require.Contains(t, got.stderr, "the identity is ready")
				if name == "s3" {
					require.Contains(t, got.stderr, `"principal":"arn:aws:iam::111122223333:role/bankchurn"`)
				}
			})
		}
	}
}

func TestIdentity_waitIsBounded(t *testing.T) {
	for name, store := range allStores(t) {
		t.Run(name, func(t *testing.T) {
			proxy := faultproxy.New(t, store.Endpoint())
			proxy.Inject(1000, faultproxy.Any, faultproxy.Status(http.StatusForbidden))
			f := newFixture(t, store, proxy.URL).set("FETCH_IDENTITY_WAIT", "1s")
			failure{prepare: putObject("models/m.bin", []byte("m")), exit: 3, outcome: "denied", message: "returned 403"}.check(t, f)
			require.Greater(t, len(proxy.Requests()), 1)
		})
	}
}

// The projected token may appear after the container has started.
func TestIdentity_waitsForProjectedToken(t *testing.T) {
	store := storetest.S3(t)
	f := newFixture(t, store, "").set("FETCH_IDENTITY_WAIT", "20s")
	store.Put(t, f.bucket, "models/m.bin", []byte("m"))
	key, secret := f.env["AWS_ACCESS_KEY_ID"], f.env["AWS_SECRET_ACCESS_KEY"]
	var requests atomic.Int64
	useIRSA(t, f, func(w http.ResponseWriter, _ *http.Request) {
		if requests.Add(1) <= 2 { // the role's trust policy has not taken effect yet
			http.Error(w, accessDeniedResponse, http.StatusForbidden)
			return
		}
		fmt.Fprintf(w, assumeRoleResponse, key, secret, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
	})
	require.NoError(t, os.Remove(f.env["AWS_WEB_IDENTITY_TOKEN_FILE"]))
	command, stderr := f.command(t.Context())
	require.NoError(t, command.Start())
	time.Sleep(200 * time.Millisecond)
	require.Zero(t, requests.Load())
	require.NoError(t, os.WriteFile(f.env["AWS_WEB_IDENTITY_TOKEN_FILE"], []byte("projected-token"), 0o600))
	_ = command.Wait() // the exit code is compared below
	got := f.result(t, command, stderr.String())
	require.Equal(t, 0, got.ExitCode, got.stderr)
	require.Equal(t, int64(3), requests.Load())
	require.Contains(t, got.stderr, "the identity is ready")
}

// servePodIdentity starts a server like the EKS Pod Identity agent. It refuses the given number of requests, as if the
// association had not taken effect yet, and returns the count of requests.
func servePodIdentity(t *testing.T, f *fixture, refusals int64) *atomic.Int64 {
	t.Helper()
	key, secret := f.env["AWS_ACCESS_KEY_ID"], f.env["AWS_SECRET_ACCESS_KEY"]
	delete(f.env, "AWS_ACCESS_KEY_ID")
	delete(f.env, "AWS_SECRET_ACCESS_KEY")
	token := filepath.Join(f.volume, "pod-identity-token")
	require.NoError(t, os.WriteFile(token, []byte("projected-token"), 0o600))
	var requests atomic.Int64
	agent := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "projected-token" || requests.Add(1) <= refusals {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		fmt.Fprintf(w, `{"AccessKeyId":%q,"SecretAccessKey":%q,"Token":"","Expiration":%q}`, key, secret,
			time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
	}))
	t.Cleanup(agent.Close)
	f.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", agent.URL+"/v1/credentials", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", token)
	return &requests
}

func TestIdentity_waitsForPodIdentity(t *testing.T) {
	store := storetest.S3(t)
	f := newFixture(t, store, "").set("FETCH_IDENTITY_WAIT", "20s")
	store.Put(t, f.bucket, "models/m.bin", []byte("m"))
	requests := servePodIdentity(t, f, 2)
	got := f.run(t)
	require.Equal(t, 0, got.ExitCode, got.stderr)
	require.Equal(t, int64(3), requests.Load())
	require.Contains(t, got.stderr, "the identity is ready")
}

// A pod without an identity must not read with the node's role, even if IMDS is reachable.
func TestIdentity_neverUsesNodeRole(t *testing.T) {
	store := storetest.S3(t)
	f := newFixture(t, store, "")
	store.Put(t, f.bucket, "models/m.bin", []byte("m"))
	var requests atomic.Int64
	node := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { requests.Add(1) }))
	defer node.Close()
	for _, key := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_EC2_METADATA_DISABLED"} {
		delete(f.env, key)
	}
	f.set("AWS_EC2_METADATA_SERVICE_ENDPOINT", node.URL)
	failure{prepare: func(*testing.T, *fixture) {}, exit: 3, outcome: "denied", message: "no AWS identity"}.check(t, f)
	require.Zero(t, requests.Load())
}

func TestIdentity_logsDeniedPrincipal(t *testing.T) {
	store := storetest.S3(t)
	f := newFixture(t, store, "")
	store.Put(t, f.bucket, "models/m.bin", []byte("m"))
	for key, value := range store.UnprivilegedCredentials(t) {
		f.env[key] = value
	}
	sts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>`+
			`<Arn>arn:aws:sts::111122223333:assumed-role/bankchurn/eks-pod</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`)
	}))
	defer sts.Close()
	f.set("AWS_ENDPOINT_URL_STS", sts.URL)
	got := f.run(t)
	require.Equal(t, 3, got.ExitCode, got.stderr)
	require.Contains(t, got.stderr, `"principal":"arn:aws:sts::111122223333:assumed-role/bankchurn/eks-pod"`)
}
