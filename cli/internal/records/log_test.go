package records

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/cli/internal/uploadtest"
	"github.com/modelferry/modelferry/cli/objectstore"
	"github.com/modelferry/modelferry/config"
)

func TestMain(m *testing.M) { uploadtest.Main(m) }

func newLog(t *testing.T, cloud config.Cloud) (Log, uploadtest.Store) {
	t.Helper()
	server := uploadtest.New(t, cloud)
	store, err := objectstore.Open(t.Context(), server.Location)
	require.NoError(t, err)
	return Log{Store: store, Service: "bankchurn"}, server
}

func TestLog(t *testing.T) {
	for _, cloud := range config.Clouds() {
		t.Run(string(cloud), func(t *testing.T) {
			log, server := newLog(t, cloud)
			list, err := log.Read(t.Context())
			require.NoError(t, err)
			require.Empty(t, list)
			var want []Record
			for i := range 12 { // more than ten, so that the order is that of the numbers
				r, err := log.Append(t.Context(), i, Record{Stack: "gke", Who: "ada", Time: time.Now().UTC(), Artifacts: content("a")})
				require.NoError(t, err)
				require.Equal(t, i+1, r.Number)
				want = append(want, r)
			}
			list, err = log.Read(t.Context())
			require.NoError(t, err)
			require.Equal(t, want, list)
			require.True(t, strings.HasSuffix(log.URL(12), server.Location.Bucket+"/.modelferry/releases/bankchurn/000012.json"))

			_, err = log.Append(t.Context(), 11, Record{Stack: "gke", Who: "bob"})
			require.ErrorIs(t, err, ErrConflict)
			require.ErrorContains(t, err, "number 12, by ada for stack gke")
			list, err = log.Read(t.Context())
			require.NoError(t, err)
			require.Equal(t, want, list, "nothing was replaced")
		})
	}
}

// The store creates the record, but its answer is lost. The repeated request meets the record, which is no conflict.
func TestLog_Append_lostAnswer(t *testing.T) {
	for _, cloud := range config.Clouds() {
		t.Run(string(cloud), func(t *testing.T) {
			log, server := newLog(t, cloud)
			server.Proxy.Inject(1, uploadtest.IsUpload, uploadtest.LoseAnswer())
			r, err := log.Append(t.Context(), 0, Record{Stack: "gke", Who: "ada", Time: time.Now().UTC()})
			require.NoError(t, err)
			require.Equal(t, 1, r.Number)
		})
	}
}

func TestLog_Read_invalid(t *testing.T) {
	for name, c := range map[string]struct{ key, body, want string }{
		"other object":          {"notes.txt", "x", "expected record 1: records must not be deleted, and the folder must have no other objects"},
		"gap":                   {"000002.json", "{}", "expected record 1"},
		"no JSON":               {"000001.json", "x", "must be a record of a release"},
		"other number":          {"000001.json", `{"number": 2, "service": "bankchurn"}`, "must be record 1 of bankchurn, and is record 2"},
		"record of a neighbour": {"000001.json", `{"number": 1, "service": "nlp"}`, `and is record 1 of "nlp"`},
	} {
		t.Run(name, func(t *testing.T) {
			log, _ := newLog(t, config.GKE)
			_, err := log.Store.Put(t.Context(), ".modelferry/releases/bankchurn/"+c.key,
				objectstore.Content{File: strings.NewReader(c.body), Size: int64(len(c.body))}, objectstore.PutOptions{})
			require.NoError(t, err)
			_, err = log.Read(t.Context())
			require.ErrorContains(t, err, c.want)
		})
	}
}

// A service whose name begins with that of another one has records of its own.
func TestLog_Read_otherService(t *testing.T) {
	log, _ := newLog(t, config.GKE)
	other := Log{Store: log.Store, Service: "bankchurn-2"}
	_, err := other.Append(t.Context(), 0, Record{Stack: "gke"})
	require.NoError(t, err)
	list, err := log.Read(t.Context())
	require.NoError(t, err)
	require.Empty(t, list)
}

// Annotations of a registry that are too long are refused: the record could not be read again.
func TestLog_Append_tooLong(t *testing.T) {
	log, server := newLog(t, config.GKE)
	_, err := log.Append(t.Context(), 0, Record{Message: strings.Repeat("x", maxRecordBytes)})
	require.ErrorContains(t, err, "the registry's annotations are too long")
	require.NotContains(t, server.Proxy.Requests(), http.MethodPost)
}
