package objectstore_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/cli/internal/uploadtest"
	"github.com/modelferry/modelferry/cli/objectstore"
	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/fetcher/storetest"
)

// withoutCredentials hides the credentials of this machine.
func withoutCredentials(t *testing.T) {
	t.Helper()
	home := t.TempDir()
	for name, value := range map[string]string{
		"HOME": home, "CLOUDSDK_CONFIG": home, "GOOGLE_OAUTH_ACCESS_TOKEN": "",
		"GOOGLE_APPLICATION_CREDENTIALS": filepath.Join(home, "missing"), "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "",
		"AWS_PROFILE": "", "AWS_CONFIG_FILE": "", "AWS_SHARED_CREDENTIALS_FILE": "", "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
}

func TestOpen_noCredentials(t *testing.T) {
	onEachStore(t, func(t *testing.T, server uploadtest.Store, _ objectstore.Store) {
		withoutCredentials(t)
		server.Location.Anonymous = false
		store := open(t, server)
		_, err := store.Put(t.Context(), "key", contentOf([]byte("x")), objectstore.PutOptions{})
		require.ErrorIs(t, err, objectstore.ErrDenied)
		require.ErrorContains(
			t,
			err,
			map[config.Cloud]string{config.GKE: "gcloud auth application-default login", config.EKS: "aws sso login"}[server.Location.Cloud],
		)
	})
}

// tokenChecker answers 401 to requests without a token.
type tokenChecker struct {
	mutex  sync.Mutex
	tokens map[string]int
}

func (c *tokenChecker) fault(w http.ResponseWriter, r *http.Request, forward http.Handler) {
	c.mutex.Lock()
	c.tokens[r.Header.Get("Authorization")]++
	c.mutex.Unlock()
	forward.ServeHTTP(w, r)
}

func TestOpen_googleCredentials(t *testing.T) {
	for name, set := range map[string]func(t *testing.T, tokens string){
		"an access token": func(t *testing.T, _ string) { t.Helper(); t.Setenv("GOOGLE_OAUTH_ACCESS_TOKEN", "ya29.test") },
		"a service account": func(t *testing.T, tokens string) {
			t.Helper()
			t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", serviceAccountKey(t, tokens))
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := uploadtest.New(t, config.GKE)
			withoutCredentials(t)
			server.Location.Anonymous = false
			tokens := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				fmt.Fprint(w, `{"access_token": "ya29.test", "token_type": "Bearer", "expires_in": 3600}`)
			}))
			t.Cleanup(tokens.Close)
			set(t, tokens.URL)
			checker := &tokenChecker{tokens: map[string]int{}}
			server.Proxy.Always(checker.fault)
			store := open(t, server)
			_, upload := randomContent(9*mib, 1)
			_, err := store.Put(t.Context(), "key", upload, objectstore.PutOptions{})
			require.NoError(t, err)
			_, err = store.List(t.Context(), "")
			require.NoError(t, err)
			require.Len(t, checker.tokens, 1)
			require.Positive(t, checker.tokens["Bearer ya29.test"])
		})
	}
}

// serviceAccountKey returns the name of a file with the key of a service account, whose tokens come from a URL.
func serviceAccountKey(t *testing.T, tokens string) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	text, err := json.Marshal(map[string]string{
		"type": "service_account", "client_email": "ci@demo.iam.gserviceaccount.com", "private_key_id": "1", "token_uri": tokens,
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
	})
	require.NoError(t, err)
	name := filepath.Join(t.TempDir(), "key.json")
	require.NoError(t, os.WriteFile(name, text, 0o600))
	return name
}

// The chain of the AWS SDK: a profile whose credentials come from a process.
func TestOpen_awsProfile(t *testing.T) {
	server := uploadtest.New(t, config.EKS)
	key, secret := os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY")
	withoutCredentials(t)
	file := filepath.Join(t.TempDir(), "config")
	answer := fmt.Sprintf(`{"Version": 1, "AccessKeyId": "%s", "SecretAccessKey": "%s"}`, key, secret)
	require.NoError(t, os.WriteFile(file+".json", []byte(answer), 0o600))
	require.NoError(
		t,
		os.WriteFile(file, []byte("[profile ci]\nregion = eu-central-1\ncredential_process = /bin/cat "+file+".json\n"), 0o600),
	)
	t.Setenv("AWS_CONFIG_FILE", file)
	t.Setenv("AWS_PROFILE", "ci")
	t.Setenv("AWS_REGION", "")
	server.Location.Region = ""
	_, err := open(t, server).Put(t.Context(), "key", contentOf([]byte("x")), objectstore.PutOptions{})
	require.NoError(t, err)

	t.Setenv("AWS_PROFILE", "missing")
	_, err = objectstore.Open(t.Context(), server.Location)
	require.ErrorIs(t, err, objectstore.ErrInvalid)
	require.ErrorContains(t, err, "check AWS_PROFILE")
	t.Setenv("AWS_PROFILE", "")
	_, err = objectstore.Open(t.Context(), server.Location)
	require.ErrorContains(t, err, "set AWS_REGION to the bucket's region")
}

// An account that may only create objects can upload them, but not continue an upload of an earlier run. An account
// without permissions is refused with the name of the permission.
func TestPut_permissionsOfS3(t *testing.T) {
	server := uploadtest.New(t, config.EKS)
	s3 := storetest.S3(t)
	for name, value := range s3.UnprivilegedCredentials(t) {
		t.Setenv(name, value)
	}
	store := open(t, server)
	_, small := randomContent(10, 1)
	_, large := randomContent(objectstore.PartSize+1, 1)
	for key, upload := range map[string]objectstore.Content{"small": small, "large": large} {
		_, err := store.Put(t.Context(), key, upload, objectstore.PutOptions{})
		require.ErrorIs(t, err, objectstore.ErrDenied)
		require.ErrorContains(t, err, "grant s3:PutObject on arn:aws:s3:::"+server.Location.Bucket+"/"+key)
	}
	_, err := store.List(context.Background(), "")
	require.ErrorContains(t, err, "grant s3:ListBucket on arn:aws:s3:::"+server.Location.Bucket)
	_, err = store.Stat(t.Context(), "key")
	require.ErrorIs(t, err, objectstore.ErrDenied)
	require.ErrorContains(t, err, "grant s3:GetObject on arn:aws:s3:::")

	s3.AllowEveryone(t, server.Location.Bucket, "s3:PutObject", server.Location.Bucket+"/*")
	for key, upload := range map[string]objectstore.Content{"small": small, "large": large} {
		_, err := store.Put(t.Context(), key, upload, objectstore.PutOptions{})
		require.NoError(t, err)
	}

	s3.AllowEveryone(t, server.Location.Bucket, "s3:GetObject", server.Location.Bucket+"/*")
	reader, _, err := store.Open(t.Context(), "small") // reads the version that Stat has found
	require.NoError(t, err)
	defer reader.Close()
	_, err = io.ReadAll(reader)
	require.ErrorIs(t, err, objectstore.ErrDenied)
	require.ErrorContains(t, err, "grant s3:GetObjectVersion on arn:aws:s3:::"+server.Location.Bucket+"/small")
}
