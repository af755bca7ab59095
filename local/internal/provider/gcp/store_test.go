package gcp_test

import (
	"context"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/node/nodeinfo"
	"github.com/modelferry/modelferry/local/internal/provider"
	"github.com/modelferry/modelferry/local/internal/provider/gcp"
	"github.com/modelferry/modelferry/local/internal/provider/storetest"
)

func TestBucket_lifecycle(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	storetest.StartGCS(t, dir)
	node, err := nodeinfo.Read(dir + "/node.json")
	require.NoError(t, err)
	p := provider.New(gcp.Package(), &provider.Cloud{Dir: dir})
	_, err = p.Configure(ctx, plugin.ConfigureRequest{
		Inputs: resource.NewPropertyMapFromMap(map[string]any{"project": "demo-project"}),
	})
	require.NoError(t, err)
	urn := resource.NewURN("gke", "modelferry", "", bucketType, "models")
	inputs := map[string]any{
		"name": "demo-models", "location": "EU", "versioning": map[string]any{"enabled": true},
	}
	create := plugin.CreateRequest{URN: urn, Type: bucketType, Properties: resource.NewPropertyMapFromMap(inputs)}
	created, err := p.Create(ctx, create)
	require.NoError(t, err)
	require.Equal(t, "gs://demo-models", created.Properties["url"].StringValue())
	_, err = p.Create(ctx, create)
	require.ErrorContains(t, err, "Error 409: Your previous request to create the named bucket succeeded and you already own it.")
	require.NoError(t, os.Remove(dir+"/cloud.json"))
	_, err = p.Create(ctx, create)
	require.NoError(t, err, "a bucket without a record is from an interrupted update and is adopted")

	upload := node.StoreURL + "/upload/storage/v1/b/demo-models/o?uploadType=media&name=bankchurn/model.joblib"
	resp, err := http.Post(upload, "application/octet-stream", strings.NewReader("model"))
	require.NoError(t, err)
	resp.Body.Close()
	require.Equal(t, http.StatusOK, resp.StatusCode)

	remove := plugin.DeleteRequest{URN: urn, Type: bucketType, ID: created.ID, Inputs: create.Properties}
	_, err = p.Delete(ctx, remove)
	require.EqualError(t, err, "Error trying to delete bucket demo-models containing objects without `force_destroy` set to true")

	folder := resource.NewURN("gke", "modelferry", "", folderType, "bankchurn")
	folderInputs := map[string]any{"bucket": "demo-models", "name": "bankchurn/"}
	deleteFolder := plugin.DeleteRequest{
		URN: folder, Type: folderType, ID: "demo-models/bankchurn/", Inputs: resource.NewPropertyMapFromMap(folderInputs),
	}
	_, err = p.Delete(ctx, deleteFolder)
	require.ErrorContains(t, err, "googleapi: Error 409: The managed folder you tried to delete is not empty., conflict")
	folderInputs["forceDestroy"] = true
	deleteFolder.Inputs = resource.NewPropertyMapFromMap(folderInputs)
	_, err = p.Delete(ctx, deleteFolder)
	require.NoError(t, err)

	read, err := p.Read(ctx, plugin.ReadRequest{URN: urn, Type: bucketType, ID: created.ID, State: created.Properties})
	require.NoError(t, err)
	require.Equal(t, created.ID, read.ID)

	inputs["forceDestroy"] = true
	remove.Inputs = resource.NewPropertyMapFromMap(inputs)
	_, err = p.Delete(ctx, remove)
	require.NoError(t, err)
	read, err = p.Read(ctx, plugin.ReadRequest{URN: urn, Type: bucketType, ID: created.ID, State: created.Properties})
	require.NoError(t, err)
	require.Empty(t, read.ID)
}
