package provider_test

import (
	"context"
	"errors"
	"testing"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/container"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/provider"
)

const typ = "gcp:container/cluster:Cluster"

// newPackage is a package of one type, with what a case adds to it.
func newPackage(modify func(*provider.Resource)) *provider.Package {
	r := provider.Resource{
		Args: container.ClusterArgs{}, State: container.ClusterState{}, NameProperty: "name",
		ReplaceOnChanges: []string{"location", "privateClusterConfig.masterIpv4CidrBlock"},
		ID:               provider.Template("{location}/{name}"),
		Outputs: map[string]provider.OutputFunc{
			"selfLink":   provider.Template("https://example/{id}?{#4}"),
			"endpoint":   provider.Template("{masterVersion}.{network}"),
			"masterAuth": provider.ConstOutput(object{"clusterCaCertificate": "CA"}),
			"project": func(r *provider.Request) any {
				if p := r.ConfigString("project"); p != "" {
					return p
				}
				return r.Errorf("no project")
			},
			"masterVersion": provider.InputOr("minMasterVersion", provider.ConstOutput("1.34")),
		},
	}
	modify(&r)
	return &provider.Package{
		Name: "gcp", Version: "1.0.0", Config: gcp.ProviderArgs{}, Resources: map[string]provider.Resource{typ: r},
		PlannedOutputs: []string{"project"}, TrackedOutputs: []string{"effectiveLabels"},
	}
}

func newProvider(t *testing.T, cloud *provider.Cloud, modify func(*provider.Resource)) plugin.Provider {
	t.Helper()
	p := provider.New(newPackage(modify), cloud)
	_, err := p.Configure(context.Background(), plugin.ConfigureRequest{Inputs: props(object{"project": "demo"})})
	require.NoError(t, err)
	return p
}

func props(o object) resource.PropertyMap { return resource.NewPropertyMapFromMap(o) }

var urn = resource.NewURN("gke", "modelferry", "", typ, "main")

func unchanged(*provider.Resource) {}

func TestCreate_computesOutputs(t *testing.T) {
	p := newProvider(t, nil, unchanged)
	created, err := p.Create(context.Background(), plugin.CreateRequest{URN: urn, Type: typ, Properties: props(object{
		"name": "main", "location": "EU", "network": "net",
		"masterAuth": object{"clientCertificateConfig": object{"issueClientCertificate": false}},
	})})
	require.NoError(t, err)
	require.EqualValues(t, "EU/main", created.ID)
	outputs := provider.ToPlain(created.Properties)
	require.Equal(t, "1.34.net", outputs["endpoint"], "an output may depend on others")
	require.Equal(t, "demo", outputs["project"])
	require.Regexp(t, `^https://example/EU/main\?[0-9a-f]{4}$`, outputs["selfLink"])
	require.Equal(t, object{
		"clusterCaCertificate": "CA", "clientCertificateConfig": object{"issueClientCertificate": false},
	}, outputs["masterAuth"], "an object that is both input and output is merged")

	updated, err := p.Update(context.Background(), plugin.UpdateRequest{
		URN: urn, Type: typ, ID: created.ID, OldOutputs: created.Properties,
		NewInputs: props(object{"name": "main", "location": "EU", "network": "net", "minMasterVersion": "1.35"}),
	})
	require.NoError(t, err)
	require.Equal(t, "1.35.net", provider.ToPlain(updated.Properties)["endpoint"])
	require.Equal(t, outputs["selfLink"], provider.ToPlain(updated.Properties)["selfLink"], "the hash stays in an update")
}

func TestCreate_unknownInputs(t *testing.T) {
	inputs := props(object{"name": "main", "location": "EU"})
	inputs["network"] = resource.MakeComputed(resource.NewStringProperty(""))
	created, err := newProvider(
		t,
		nil,
		unchanged,
	).Create(context.Background(), plugin.CreateRequest{URN: urn, Type: typ, Properties: inputs, Preview: true})
	require.NoError(t, err)
	require.Empty(t, created.ID, "only the cloud knows it")
	require.True(t, created.Properties["endpoint"].IsComputed())
	require.True(t, created.Properties["masterVersion"].IsComputed(), "no input is unknown, but only the cloud knows it")
	require.Equal(t, "demo", created.Properties["project"].StringValue(), "the provider knows it")
	require.Equal(t, "EU", created.Properties["location"].StringValue())
	inputs["location"] = resource.MakeComputed(resource.NewStringProperty(""))
	created, err = newProvider(
		t,
		nil,
		unchanged,
	).Create(context.Background(), plugin.CreateRequest{URN: urn, Type: typ, Properties: inputs, Preview: true})
	require.NoError(t, err)
	require.Empty(t, created.ID)
	require.True(t, created.Properties["selfLink"].IsComputed())
}

func TestServer_errorMessages(t *testing.T) {
	p := provider.New(newPackage(unchanged), nil) // no Configure, so no project
	_, err := p.Create(context.Background(), plugin.CreateRequest{URN: urn, Type: typ, Properties: props(object{"name": "main"})})
	require.ErrorContains(t, err, "no project")
	_, err = p.Check(
		context.Background(),
		plugin.CheckRequest{URN: urn, Type: "gcp:container/cluster:Clustre", News: resource.PropertyMap{}},
	)
	require.ErrorContains(t, err, `has no resource type "gcp:container/cluster:Clustre": did you mean "gcp:container/cluster:Cluster"?`)
	_, err = p.Invoke(context.Background(), plugin.InvokeRequest{Tok: "gcp:a/b:c"})
	require.ErrorContains(t, err, `has no function "gcp:a/b:c"`)
}

func TestDiff(t *testing.T) {
	diff := func(before, now object) plugin.DiffResponse {
		d, err := newProvider(
			t,
			nil,
			unchanged,
		).Diff(context.Background(), plugin.DiffRequest{URN: urn, Type: typ, OldInputs: props(before), NewInputs: props(now)})
		require.NoError(t, err)
		return d
	}
	base := object{"name": "main", "location": "EU"}
	require.Equal(t, plugin.DiffNone, diff(base, base).Changes)
	changed := diff(base, object{"name": "main", "location": "EU", "description": "x"})
	require.Equal(t, plugin.DiffSome, changed.Changes)
	require.False(t, changed.Replace())
	relocated := diff(base, object{"name": "main", "location": "US"})
	require.True(t, relocated.Replace())
	require.True(t, relocated.DeleteBeforeReplace, "the name is the same, so both cannot exist")
	autonamed := diff(object{"name": "main-0123abc", "location": "EU"}, object{"name": "main-0123abc", "location": "US"})
	require.True(t, autonamed.Replace())
	require.False(t, autonamed.DeleteBeforeReplace, "the replacement gets a new autoname")
	require.True(t, diff(base, object{
		"name": "main", "location": "EU", "privateClusterConfig": object{"masterIpv4CidrBlock": "10.0.0.0/28"},
	}).Replace(), "an added object that contains a replace key")
	require.False(t, diff(
		object{"name": "main", "location": "EU", "privateClusterConfig": object{"enablePrivateEndpoint": true}},
		object{"name": "main", "location": "EU", "privateClusterConfig": object{"enablePrivateEndpoint": false}},
	).Replace())
}

func TestCheck_autoname(t *testing.T) {
	check := func(cloud *provider.Cloud, olds, news object, autonaming *plugin.AutonamingOptions) (string, []plugin.CheckFailure) {
		checked, err := newProvider(t, cloud, unchanged).Check(context.Background(), plugin.CheckRequest{
			URN: urn, Type: typ, Olds: props(olds), News: props(news), RandomSeed: []byte("seed"), Autonaming: autonaming,
		})
		require.NoError(t, err)
		name, _ := provider.ToPlain(checked.Properties)["name"].(string)
		return name, checked.Failures
	}
	explicit, _ := check(nil, nil, object{"name": "mine"}, nil)
	require.Equal(t, "mine", explicit)
	offline, _ := check(nil, nil, object{}, nil)
	require.Regexp(t, `^main-[0-9a-f]{7}$`, offline)
	again, _ := check(nil, nil, object{}, nil)
	require.Equal(t, offline, again, "every plan shows the same name")
	live, _ := check(&provider.Cloud{Dir: t.TempDir()}, nil, object{}, nil)
	require.NotEqual(t, offline, live)
	oldName, _ := check(nil, object{"name": "main-0000000"}, object{}, nil)
	require.Equal(t, "main-0000000", oldName)
	proposed, _ := check(nil, nil, object{}, &plugin.AutonamingOptions{ProposedName: "proposed"})
	require.Equal(t, "proposed", proposed)
	_, failures := check(nil, nil, object{}, &plugin.AutonamingOptions{Mode: plugin.AutonamingModeDisabled})
	require.Contains(t, failures[0].Reason, `set "name"`)
}

func TestRead_newProcess(t *testing.T) {
	ctx := context.Background()
	cloud := &provider.Cloud{Dir: t.TempDir()}
	inputs := props(object{"name": "main", "location": "EU"})
	inputs["description"] = resource.MakeSecret(resource.NewStringProperty("s3cret"))
	created, err := newProvider(t, cloud, unchanged).Create(ctx, plugin.CreateRequest{URN: urn, Type: typ, Properties: inputs})
	require.NoError(t, err)
	require.True(t, created.Properties["description"].IsSecret())

	read, err := newProvider(
		t,
		cloud,
		unchanged,
	).Read(ctx, plugin.ReadRequest{URN: urn, Type: typ, ID: created.ID, Inputs: inputs, State: created.Properties})
	require.NoError(t, err)
	require.Equal(t, created.Properties, read.Outputs, "secrets stay secret")
	imported, err := newProvider(t, cloud, unchanged).Read(ctx, plugin.ReadRequest{URN: urn, Type: typ, ID: created.ID})
	require.NoError(t, err)
	require.Equal(t, "EU", imported.Inputs["location"].StringValue())

	_, err = newProvider(t, cloud, unchanged).Delete(ctx, plugin.DeleteRequest{URN: urn, Type: typ, ID: created.ID, Inputs: inputs})
	require.NoError(t, err)
	read, err = newProvider(t, cloud, unchanged).Read(ctx, plugin.ReadRequest{URN: urn, Type: typ, ID: created.ID})
	require.NoError(t, err)
	require.Empty(t, read.ID)
}

func TestCreate_failingHookSavesNothing(t *testing.T) {
	ctx := context.Background()
	cloud := &provider.Cloud{Dir: t.TempDir()}
	failingHook := func(context.Context, *provider.Request) error { return errors.New("no") }
	failing := newProvider(t, cloud, func(r *provider.Resource) { r.Create, r.Delete = failingHook, failingHook })
	_, err := failing.Create(ctx, plugin.CreateRequest{URN: urn, Type: typ, Properties: props(object{"name": "main", "location": "EU"})})
	require.EqualError(t, err, "no")
	records, err := cloudstate.Load(cloud.Dir)
	require.NoError(t, err)
	require.Empty(t, records.Resources)
	_, err = failing.Create(
		ctx,
		plugin.CreateRequest{URN: urn, Type: typ, Properties: props(object{"name": "main", "location": "EU"}), Preview: true},
	)
	require.NoError(t, err, "a preview does not run hooks")
}
