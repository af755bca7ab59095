package provider_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/provider"
)

// The engine creates resources in parallel. Not more are created than there is room for.
func TestCreate_quotaInParallel(t *testing.T) {
	pkg := newPackage(unchanged)
	pkg.Quotas = []provider.Quota{{
		Name: "CLUSTERS", Default: 2, Usage: provider.CountOf(typ),
		Message: provider.ConstOutput("Quota exceeded. Limit: {limit}, requested: {requested}, available: {available}, short: {short}."),
	}}
	cloud := &provider.Cloud{Dir: t.TempDir()}
	p := provider.New(pkg, cloud)
	_, err := p.Configure(context.Background(), plugin.ConfigureRequest{Inputs: props(object{"project": "demo"})})
	require.NoError(t, err)
	var wait sync.WaitGroup
	var refused atomic.Int32
	for i := range 8 {
		wait.Go(func() {
			_, err := p.Create(context.Background(), plugin.CreateRequest{
				URN: urn, Type: typ, Properties: props(object{"name": fmt.Sprint(i), "location": "EU"}),
			})
			if err == nil {
				return
			}
			refused.Add(1)
			if err.Error() != "Quota exceeded. Limit: 2.0, requested: 1.0, available: 0.0, short: 1.0." {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	require.EqualValues(t, 6, refused.Load())
	records, err := cloudstate.Load(cloud.Dir)
	require.NoError(t, err)
	require.Len(t, records.Resources, 2)

	require.NoError(t, os.WriteFile(filepath.Join(cloud.Dir, "account.yaml"), []byte("quotas: {CLUSTERS: 3}"), 0o600))
	create := plugin.CreateRequest{URN: urn, Type: typ, Properties: props(object{"name": "more", "location": "EU"})}
	_, err = p.Create(context.Background(), create)
	require.NoError(t, err, "the quota was raised")
}

// The paths of users may lead through lists, and a name of another property is not a reference.
func TestInUse(t *testing.T) {
	pkg := newPackage(unchanged)
	pkg.Refusals = map[string]provider.Refusals{typ: {
		Delete: []provider.Refusal{provider.InUse(provider.Template("{id} is in use by {user}"), "user list.of", "user link")},
	}}
	for name, c := range map[string]struct {
		outputs object
		want    string
	}{
		"in a list":        {object{"list": []any{object{"of": "other"}, object{"of": "EU/main"}}}, "EU/main is in use by u"},
		"by its self link": {object{"link": "https://example/EU/main"}, "EU/main is in use by u"},
		"another property": {object{"name": "EU/main", "list": []any{}, "link": ""}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := &provider.Cloud{Dir: t.TempDir()}
			require.NoError(t, cloudstate.Update(cloud.Dir, func(state *cloudstate.Cloud) error {
				state.Put(cloudstate.Resource{Type: "user", ID: "u", Outputs: c.outputs})
				return nil
			}))
			_, err := provider.New(pkg, cloud).Delete(context.Background(), plugin.DeleteRequest{
				URN:    urn,
				Type:   typ,
				ID:     "EU/main",
				Inputs: props(object{"name": "main", "location": "EU", "selfLink": "https://example/EU/main"}),
			})
			if c.want == "" {
				require.NoError(t, err)
			} else {
				require.EqualError(t, err, c.want)
			}
		})
	}
}
