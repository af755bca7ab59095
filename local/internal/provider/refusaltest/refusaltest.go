// Package refusaltest tests what a local provider refuses.
package refusaltest

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/node/nodeinfo"
	"github.com/modelferry/modelferry/local/internal/provider"
)

// Cloud is a provider with its cloud.
type Cloud struct {
	plugin.Provider
	// Dir has cloud.json.
	Dir     string
	records int
}

// New returns a configured provider, and a cloud with the records. account is the content of account.yaml, "" for none.
func New(t *testing.T, pkg *provider.Package, config map[string]any, account string, records []cloudstate.Resource) Cloud {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, cloudstate.Update(dir, func(state *cloudstate.Cloud) error {
		state.Resources = records
		return nil
	}))
	if account != "" {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "account.yaml"), []byte(account), 0o600))
	}
	require.NoError(t, nodeinfo.Info{APIServerURL: "https://192.0.2.1"}.Write(filepath.Join(dir, "node.json")))
	p := provider.New(pkg, &provider.Cloud{Dir: dir})
	_, err := p.Configure(context.Background(), plugin.ConfigureRequest{Inputs: resource.NewPropertyMapFromMap(config)})
	require.NoError(t, err)
	return Cloud{p, dir, len(records)}
}

// Record returns the record of a resource.
func Record(typ, id string, outputs map[string]any) cloudstate.Resource {
	return cloudstate.Resource{Type: typ, ID: id, Outputs: outputs}
}

func newURN(typ string) resource.URN {
	return resource.NewURN("test", "modelferry", "", tokens.Type(typ), "any")
}

// NewCreateRequest returns the request that creates a resource.
func NewCreateRequest(typ string, inputs map[string]any) plugin.CreateRequest {
	return plugin.CreateRequest{URN: newURN(typ), Type: tokens.Type(typ), Properties: resource.NewPropertyMapFromMap(inputs)}
}

// RequireCreateRefused requires an error with all the words, and no record of the resource.
func (c Cloud) RequireCreateRefused(t *testing.T, request plugin.CreateRequest, words ...string) {
	t.Helper()
	_, err := c.Create(context.Background(), request)
	require.Error(t, err)
	for _, want := range words {
		require.ErrorContains(t, err, want)
	}
	state, err := cloudstate.Load(c.Dir)
	require.NoError(t, err)
	require.Len(t, state.Resources, c.records, "no record of it")
}

// RequireDelete deletes a resource and requires an error with the words, or success if they are "".
func (c Cloud) RequireDelete(t *testing.T, typ, id string, inputs map[string]any, words string) {
	t.Helper()
	_, err := c.Delete(context.Background(), plugin.DeleteRequest{
		URN: newURN(typ), Type: tokens.Type(typ), ID: resource.ID(id), Inputs: resource.NewPropertyMapFromMap(inputs),
	})
	if words == "" {
		require.NoError(t, err)
		return
	}
	require.ErrorContains(t, err, words)
}

// RequireCheckFailure requires that the first failure of an offline check is about the property, with the words.
func RequireCheckFailure(t *testing.T, pkg *provider.Package, typ string, inputs map[string]any, property, words string) {
	t.Helper()
	checked, err := provider.New(pkg, nil).Check(context.Background(), plugin.CheckRequest{
		URN: newURN(typ), Type: tokens.Type(typ), News: resource.NewPropertyMapFromMap(inputs),
	})
	require.NoError(t, err)
	require.NotEmpty(t, checked.Failures)
	require.Equal(t, resource.PropertyKey(property), checked.Failures[0].Property)
	require.Contains(t, checked.Failures[0].Reason, words)
}
