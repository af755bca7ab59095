package sandbox

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"

	"github.com/modelferry/modelferry/local/internal/clouds"
	"github.com/modelferry/modelferry/local/internal/node/components"
	"github.com/modelferry/modelferry/local/internal/node/pki"
	"github.com/modelferry/modelferry/local/internal/secrets"
)

// credentials are the node's identities and secrets. They are created on the first start and reused after a restart.
type credentials struct {
	authority    *pki.Authority
	adminToken   string
	storeAccount secrets.StoreAccount
}

// createCredentials creates certificates and tokens in data/pki, kubeconfigs in data/etc, and the files for
// clients on the host in secret/: admin.token, store.json, and caller.token on EKS.
func createCredentials(node components.NodeConfig, dir string) (credentials, error) {
	authority, err := pki.LoadOrCreateAuthority(components.PKIDir, node.NodeName())
	if err != nil {
		return credentials{}, err
	}
	addresses := []netip.Addr{node.Range.NodeIP(), node.Range.APIServiceIP()}
	if _, err := authority.IssueServerCert("kube-apiserver", addresses, node.NodeName(), "kubernetes", "kubernetes.default",
		"kubernetes.default.svc", "kubernetes.default.svc.cluster.local"); err != nil {
		return credentials{}, err
	}
	if _, err := authority.IssueClientCert("kubelet-client", "system:masters"); err != nil {
		return credentials{}, err
	}
	if _, err := authority.IssueServerCert("kubelet", addresses[:1], node.NodeName()); err != nil {
		return credentials{}, err
	}
	if _, err := authority.IssueServerCert("metrics-server", addresses[:1], components.MetricsServerNames...); err != nil {
		return credentials{}, err
	}
	frontProxy, err := pki.LoadOrCreateAuthority(components.FrontProxyDir, node.NodeName()+" front proxy")
	if err != nil {
		return credentials{}, err
	}
	if _, err := frontProxy.IssueClientCert(components.FrontProxyUser); err != nil {
		return credentials{}, err
	}
	if _, err := pki.LoadOrCreateServiceAccountKey(components.PKIDir); err != nil {
		return credentials{}, err
	}
	token, err := pki.LoadOrCreate(filepath.Join(dir, secrets.AdminTokenFile), pki.NewToken())
	if err != nil {
		return credentials{}, err
	}
	if webhook := node.AuthenticationWebhookURL(); webhook != "" {
		if _, err := pki.LoadOrCreate(filepath.Join(dir, secrets.CallerTokenFile), pki.NewToken()); err != nil {
			return credentials{}, err
		}
		config, err := node.Kubeconfig(webhook, components.AdminUser, "", authority.PEM())
		if err != nil {
			return credentials{}, err
		}
		if err := writeConfig(components.AuthenticationWebhookConfig, config); err != nil {
			return credentials{}, err
		}
	}
	users := map[string]pki.User{
		// All controllers run with one identity, which needs the permissions of all of them.
		"kube-controller-manager": {Name: "system:kube-controller-manager", Groups: []string{"system:masters"}, Token: pki.NewToken()},
		"kube-scheduler":          {Name: "system:kube-scheduler", Token: pki.NewToken()},
		"kube-proxy":              {Name: "system:kube-proxy", Token: pki.NewToken()},
		"kubelet":                 {Name: "system:node:" + node.NodeName(), Groups: []string{"system:nodes"}, Token: pki.NewToken()},
		// No group has only what it reads: pods, namespaces, nodes and network policies.
		"kube-router": {Name: "system:kube-router", Groups: []string{"system:masters"}, Token: pki.NewToken()},
		// It asks the API server who may read metrics, and the kubelet for them.
		"metrics-server": {Name: "system:metrics-server", Groups: []string{"system:masters"}, Token: pki.NewToken()},
	}
	tokenUsers := []pki.User{{Name: components.AdminUser, Groups: []string{"system:masters"}, Token: token}}
	for component, user := range users {
		config, err := node.Kubeconfig(node.APIServerURL(), user.Name, user.Token, authority.PEM())
		if err != nil {
			return credentials{}, err
		}
		if err := writeConfig(component+".kubeconfig", config); err != nil {
			return credentials{}, err
		}
		tokenUsers = append(tokenUsers, user)
	}
	if err := pki.WriteTokenFile(filepath.Join(components.PKIDir, "tokens.csv"), tokenUsers...); err != nil {
		return credentials{}, err
	}
	account, err := loadOrCreateStoreAccount(node, filepath.Join(dir, secrets.StoreAccountFile))
	return credentials{authority: authority, adminToken: token, storeAccount: account}, err
}

// loadOrCreateStoreAccount returns the object store's root account from the file, and creates it if there is none.
func loadOrCreateStoreAccount(node components.NodeConfig, path string) (secrets.StoreAccount, error) {
	if !clouds.MustGet(node.Stack).ObjectStore.HasAccounts {
		return secrets.StoreAccount{}, nil
	}
	generated, err := json.Marshal(secrets.StoreAccount{AccessKey: "modelferry", SecretKey: pki.NewToken()})
	if err != nil {
		return secrets.StoreAccount{}, fmt.Errorf("object store's account: %w", err)
	}
	content, err := pki.LoadOrCreate(path, string(generated))
	if err != nil {
		return secrets.StoreAccount{}, err
	}
	var account secrets.StoreAccount
	if err := json.Unmarshal([]byte(content), &account); err != nil {
		return secrets.StoreAccount{}, fmt.Errorf("object store's account: %w", err)
	}
	return account, nil
}

// writeKubernetesConfigs writes the configuration files that do not depend on the image registry.
func writeKubernetesConfigs(node components.NodeConfig) error {
	kubelet, err := node.KubeletConfig()
	if err != nil {
		return err
	}
	proxy, err := node.KubeProxyConfig()
	if err != nil {
		return err
	}
	cni, err := node.CNIConfig()
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{
		"kubelet.yaml":                   kubelet,
		"kube-proxy.yaml":                proxy,
		"cni/10-modelferry.conflist":     cni,
		"registries/_default/hosts.toml": node.RegistryMirror(),
	} {
		if err := writeConfig(name, content); err != nil {
			return err
		}
	}
	return nil
}

// writeConfig writes a configuration file, readable by its owner only because some contain tokens.
func writeConfig(name string, content []byte) error {
	path := filepath.Join(components.ConfigDir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("configuration %s: %w", name, err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		return fmt.Errorf("configuration %s: %w", name, err)
	}
	return nil
}
