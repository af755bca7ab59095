package newstack

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config"
)

// ask asks with these lines as answers, and returns what it printed.
func ask(t *testing.T, o Options, given []string, lines ...string) (Options, bool, string, error) {
	t.Helper()
	var out bytes.Buffer
	q := Questioner{
		In: bufio.NewReader(strings.NewReader(strings.Join(lines, "\n") + "\n")), Out: &out,
		PublicAddress: func(context.Context) (string, error) { return "198.51.100.7/32", nil },
		Exists:        func(stack string) bool { return stack == "eks" },
		Given:         func(flag string) bool { return slices.Contains(given, flag) },
	}
	o, asked, err := q.Ask(t.Context(), o)
	return o, asked, out.String(), err
}

func TestQuestioner_Ask(t *testing.T) {
	for name, c := range map[string]struct {
		options Options
		given   []string
		lines   []string
		want    Options
	}{
		"gke with the defaults": {Options{}, nil,
			[]string{"gke", "", "modelferry-demo", "europe-west1", "ml-platform", "ml-serving", "", "", "", "n", "203.0.113.0/24"},
			func() Options {
				o := repositoryOptions["gke"]
				o.Cluster, o.MachineType = "modelferry", "e2-standard-2"
				return o
			}()},
		"eks after another cloud, with the address of the machine": {Options{}, nil,
			[]string{"aks", "eks", "", "prod", "123456789012", "eu-west-1", "", "", "", "ml", "m7i.large", "y", "",
				"arn:aws:iam::123456789012:role/a, arn:aws:iam::123456789012:role/b"},
			Options{
				Stack: "prod", Cloud: config.EKS, Account: "123456789012", Region: "eu-west-1", Cluster: "ml", MachineType: "m7i.large",
				AuthorizedNetworks: []string{"198.51.100.7/32"},
				Admins:             []string{"arn:aws:iam::123456789012:role/a", "arn:aws:iam::123456789012:role/b"},
			}},
		"existing cluster, with the cloud and the region as flags": {
			Options{Cloud: config.GKE, Region: "europe-west1"}, []string{"cloud", "region"},
			[]string{"", "modelferry-demo", "", "", "main"},
			Options{Stack: "gke", Cloud: config.GKE, Project: "modelferry-demo", Region: "europe-west1", ExistingCluster: "main"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, asked, out, err := ask(t, c.options, c.given, c.lines...)
			require.NoError(t, err, out)
			require.True(t, asked)
			require.Equal(t, c.want, got, out)
		})
	}
}

// Without a question, the caller must not ask again.
func TestQuestioner_Ask_everythingGiven(t *testing.T) {
	_, asked, out, err := ask(t, Options{Cloud: "aks"}, []string{"cloud", "stack", "region", "owner", "cost-centre", "cluster",
		"existing-cluster", "machine-type", "authorized-network", "admin"})
	require.NoError(t, err)
	require.False(t, asked)
	require.Empty(t, out)
}

func TestQuestioner_Ask_endOfInput(t *testing.T) {
	_, _, _, err := ask(t, Options{}, nil, "gke", "staging") //nolint:dogsled // only the error
	require.ErrorIs(t, err, io.EOF)
}

func TestQuestioner_Ask_interrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	reader, writer := io.Pipe()
	t.Cleanup(func() { require.NoError(t, errors.Join(reader.Close(), writer.Close())) })
	q := Questioner{
		In:     bufio.NewReader(reader),
		Out:    io.Discard,
		Exists: func(string) bool { return false },
		Given:  func(string) bool { return false },
	}
	_, _, err := q.Ask(ctx, Options{})
	require.ErrorIs(t, err, context.Canceled)
}

func TestPublicAddress(t *testing.T) {
	for name, c := range map[string]struct {
		status       int
		answer, want string
		wantErr      string
	}{
		"address": {http.StatusOK, "198.51.100.7\n", "198.51.100.7/32", ""},
		"IPv6":    {http.StatusOK, "2001:db8::7\n", "2001:db8::7/128", ""},
		"page":    {http.StatusOK, "<html>", "", "unexpected answer"},
		"failure": {http.StatusBadGateway, "198.51.100.7", "", "502 Bad Gateway"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.answer)
			}))
			t.Cleanup(server.Close)
			got, err := PublicAddress(t.Context(), server.URL)
			if c.wantErr != "" {
				require.ErrorContains(t, err, c.wantErr)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}
