package gkeidentity

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVersions_noncurrentVersions(t *testing.T) {
	f := newFixture(t)
	const name = "bankchurn/model v1+.joblib"
	f.grant("bankchurn/", "roles/storage.objectViewer")
	token := f.meta.tokens.issue(bankchurn)
	first, second := f.upload(name, "one"), f.upload(name, "second")
	third := f.upload(name, "three")
	require.Len(t, map[string]bool{first: true, second: true, third: true}, 3)
	for generation, content := range map[string]string{first: "one", second: "second", third: "three", "": "three"} {
		media := f.send("GET", objectPath(name)+"?alt=media&generation="+generation, token, "")
		require.Equal(t, http.StatusOK, media.StatusCode, media.body)
		require.Equal(t, content, media.body)
		if generation != "" {
			require.Equal(t, generation, media.Header.Get("X-Goog-Generation"))
		}
		var object map[string]string
		described := f.send("GET", objectPath(name)+"?fields=name,generation,size,id,mediaLink&generation="+generation, token, "")
		require.Equal(t, http.StatusOK, described.StatusCode, described.body)
		require.NotContains(t, described.body, noncurrentDir)
		_ = json.Unmarshal([]byte(described.body), &object) // other fields have other types
		require.Equal(t, name, object["name"])
		require.Equal(t, generation, map[bool]string{true: "", false: object["generation"]}[generation == ""])
	}
	status, _ := f.do("GET", objectPath(name)+"?alt=media&generation=17", token, "")
	require.Equal(t, http.StatusNotFound, status)

	ranged, err := http.NewRequest(http.MethodGet, f.url+objectPath(name)+"?alt=media&generation="+second, nil)
	require.NoError(t, err)
	ranged.Header.Set("Authorization", "Bearer "+token)
	ranged.Header.Set("Range", "bytes=1-3")
	response, err := http.DefaultClient.Do(ranged)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusPartialContent, response.StatusCode)
	require.Equal(t, "bytes 1-3/6", response.Header.Get("Content-Range"))
}

func TestVersions_list(t *testing.T) {
	f := newFixture(t)
	f.upload("bankchurn/m", "one")
	f.upload("bankchurn/m", "two")
	f.upload("nlpinsight/m", "three")
	names := func(query string) []string {
		_, body := f.do("GET", "/storage/v1/b/demo-models/o?"+query, admin, "")
		var list struct{ Items []struct{ Name string } }
		require.NoError(t, json.Unmarshal([]byte(body), &list), body)
		found := []string{}
		for _, item := range list.Items {
			found = append(found, item.Name)
		}
		return found
	}
	require.ElementsMatch(t, []string{"bankchurn/m", "nlpinsight/m"}, names(""))
	require.ElementsMatch(t, []string{"bankchurn/m", "bankchurn/m", "nlpinsight/m"}, names("versions=true"))
	require.ElementsMatch(t, []string{"bankchurn/m", "bankchurn/m"}, names("versions=true&prefix=bankchurn/"))
}

func TestVersions_delete(t *testing.T) {
	f := newFixture(t)
	first, second := f.upload("bankchurn/m", "one"), f.upload("bankchurn/m", "two")
	get := func(generation string) int {
		status, _ := f.do("GET", objectPath("bankchurn/m")+"?alt=media&generation="+generation, admin, "")
		return status
	}
	status, body := f.do("DELETE", objectPath("bankchurn/m"), admin, "")
	require.Equal(t, http.StatusOK, status, body)
	require.Equal(t, []int{404, 200, 200}, []int{get(""), get(first), get(second)}, "the live version became noncurrent")

	status, body = f.do("DELETE", "/storage/v1/b/demo-models", admin, "")
	require.Contains(t, []int{http.StatusConflict, http.StatusPreconditionFailed}, status, "noncurrent versions are left: "+body)

	status, body = f.do("DELETE", objectPath("bankchurn/m")+"?generation="+first, admin, "")
	require.Equal(t, http.StatusOK, status, body)
	require.Equal(t, []int{404, 404, 200}, []int{get(""), get(first), get(second)})
	third := f.upload("bankchurn/m", "three")
	status, body = f.do("DELETE", objectPath("bankchurn/m")+"?generation="+third, admin, "")
	require.Equal(t, http.StatusOK, status, body)
	require.Equal(t, []int{404, 404, 200}, []int{get(""), get(third), get(second)}, "a named version is gone for good")
}

func TestVersions_unversionedBucket(t *testing.T) {
	f := newFixture(t)
	f.put(bucketType, "demo-models", map[string]any{"name": "demo-models"})
	first := f.upload("bankchurn/m", "one")
	f.upload("bankchurn/m", "two")
	status, body := f.do("GET", objectPath("bankchurn/m")+"?generation="+first, admin, "")
	require.Equal(t, http.StatusNotFound, status, body)
	require.NotContains(t, body, "one")
}
