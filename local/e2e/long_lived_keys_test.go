//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/modelferry/modelferry/local/internal/provider/aws"
	"github.com/modelferry/modelferry/local/internal/secrets"
)

// longLivedKeys matches credentials that do not expire: access keys of IAM users, keys of Google service accounts, and
// private keys. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
var longLivedKeys = regexp.MustCompile(
	`\b(AKIA|A3T)[A-Z0-9]{16}\b|"private_key(_id)?"|-----BEGIN [A-Z ]*PRIVATE KEY-----|aws_secret_access_key`,
)

// TestIdentity_noLongLivedKeys searches the stack's state, and everything that pods can get at, for credentials.
func TestIdentity_noLongLivedKeys(t *testing.T) {
	require.True(t, longLivedKeys.MatchString("AKIAIOSFODNN7EXAMPLE"))
	forEachStack(t, func(c *cloud) {
		t := c.t
		c.start()
		keys := c.secretKeys()
		require.NotEmpty(t, keys)
		requireNone := func(where, text string) {
			t.Helper()
			require.Empty(t, longLivedKeys.FindString(text), where)
			for name, key := range keys {
				require.NotContains(t, text, key, "%s has the %s", where, name)
			}
		}
		for where, text := range c.namespaceContent() {
			requireNone(where, text)
		}
		files := 0
		require.NoError(t, filepath.WalkDir(filepath.Join(c.Dir(), "pulumi"), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() {
				return err
			}
			content, err := os.ReadFile(path)
			files++
			requireNone(path, string(content))
			return err
		}))
		require.Positive(t, files)
		state, err := os.ReadFile(filepath.Join(c.Dir(), "cloud.json"))
		require.NoError(t, err)
		requireNone("cloud.json", string(state))
	})
}

// secretKeys returns the local cloud's own keys, by a description.
func (c *cloud) secretKeys() map[string]string {
	c.t.Helper()
	keys := map[string]string{}
	entries, err := os.ReadDir(c.Secret(""))
	require.NoError(c.t, err)
	for _, entry := range entries {
		content, err := os.ReadFile(c.Secret(entry.Name()))
		require.NoError(c.t, err)
		if text := strings.TrimSpace(string(content)); len(text) > 15 {
			keys["content of secret/"+entry.Name()] = text
		}
	}
	if c.Stack != "eks" {
		return keys
	}
	root, err := secrets.ReadStoreAccount(c.Dir())
	require.NoError(c.t, err)
	keys["secret key of the store's root account"] = root.SecretKey
	for _, role := range c.cloudState().OfType(aws.RoleType) {
		id, _ := role.Outputs["uniqueId"].(string)
		keys["secret key of role "+role.ID] = aws.RoleCredentials(root, id).SecretKey
	}
	return keys
}

// namespaceContent returns the objects of the services' namespace from which pods get values.
func (c *cloud) namespaceContent() map[string]string {
	c.t.Helper()
	ctx, core, options := context.Background(), c.client().CoreV1(), metav1.ListOptions{}
	content := map[string]string{}
	add := func(kind string, list any, err error) {
		c.t.Helper()
		require.NoError(c.t, err)
		text, err := json.Marshal(list)
		require.NoError(c.t, err)
		content[kind] = string(text)
	}
	pods, err := core.Pods(namespace).List(ctx, options)
	require.NotEmpty(c.t, pods.Items)
	add("pods", pods, err)
	configMaps, err := core.ConfigMaps(namespace).List(ctx, options)
	add("ConfigMaps", configMaps, err)
	secretList, err := core.Secrets(namespace).List(ctx, options)
	require.Empty(c.t, secretList.Items)
	add("Secrets", secretList, err)
	accounts, err := core.ServiceAccounts(namespace).List(ctx, options)
	add("service accounts", accounts, err)
	return content
}
