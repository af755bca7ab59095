package sandbox

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"

	"github.com/modelferry/modelferry/local/internal/node/components"
	"github.com/modelferry/modelferry/local/internal/node/pki"
)

// keys are the node's identities and secrets, made on the first start and kept over a restart.
type keys struct {
	authority *pki.Authority
	admin     string
	store     components.Account
}

// prepareKeys makes certificates and tokens under data/pki, kubeconfigs under data/etc, and in secret/ what
// clients on the host use: admin.token and, on EKS, store.json.
func prepareKeys(site components.Site, dir string) (keys, error) {
	authority, err := pki.OpenAuthority(components.Keys, site.Name())
	if err != nil {
		return keys{}, err
	}
	addresses := []netip.Addr{site.Range.Node(), site.Range.APIService()}
	if _, err := authority.Serve("kube-apiserver", addresses, site.Name(), "kubernetes", "kubernetes.default",
		"kubernetes.default.svc", "kubernetes.default.svc.cluster.local"); err != nil {
		return keys{}, err
	}
	if _, err := authority.Identify("kubelet-client", "system:masters"); err != nil {
		return keys{}, err
	}
	if _, err := pki.Signer(components.Keys); err != nil {
		return keys{}, err
	}
	token, err := pki.Keep(filepath.Join(dir, "secret", "admin.token"), pki.Token())
	if err != nil {
		return keys{}, err
	}
	users := map[string]pki.User{
		// One identity runs every controller, so it may do all that any of them does.
		"kube-controller-manager": {Name: "system:kube-controller-manager", Groups: []string{"system:masters"}, Token: pki.Token()},
		"kube-scheduler":          {Name: "system:kube-scheduler", Token: pki.Token()},
		"kube-proxy":              {Name: "system:kube-proxy", Token: pki.Token()},
		"kubelet":                 {Name: "system:node:" + site.Name(), Groups: []string{"system:nodes"}, Token: pki.Token()},
	}
	known := []pki.User{{Name: components.Admin, Groups: []string{"system:masters"}, Token: token}}
	for component, user := range users {
		config, err := site.Kubeconfig(site.API(), user.Name, user.Token, authority.PEM())
		if err != nil {
			return keys{}, err
		}
		if err := put(component+".kubeconfig", config); err != nil {
			return keys{}, err
		}
		known = append(known, user)
	}
	if err := pki.WriteTokens(filepath.Join(components.Keys, "tokens.csv"), known...); err != nil {
		return keys{}, err
	}
	account, err := storeAccount(site, filepath.Join(dir, "secret", "store.json"))
	return keys{authority: authority, admin: token, store: account}, err
}

// storeAccount is the S3 server's root account, kept in file path. GCS's emulator knows no accounts.
func storeAccount(site components.Site, path string) (components.Account, error) {
	if site.Stack == "gke" {
		return components.Account{}, nil
	}
	fresh, err := json.Marshal(components.Account{AccessKey: "modelferry", SecretKey: pki.Token()})
	if err != nil {
		return components.Account{}, fmt.Errorf("object store's account: %w", err)
	}
	content, err := pki.Keep(path, string(fresh))
	if err != nil {
		return components.Account{}, err
	}
	var account components.Account
	if err := json.Unmarshal([]byte(content), &account); err != nil {
		return components.Account{}, fmt.Errorf("object store's account: %w", err)
	}
	return account, nil
}

// prepareKubernetes writes the configuration documents that do not depend on the image registry.
func prepareKubernetes(site components.Site) error {
	kubelet, err := site.KubeletConfig()
	if err != nil {
		return err
	}
	proxy, err := site.ProxyConfig()
	if err != nil {
		return err
	}
	cni, err := site.CNIConfig()
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{
		"kubelet.yaml":                   kubelet,
		"kube-proxy.yaml":                proxy,
		"cni/10-modelferry.conflist":     cni,
		"registries/_default/hosts.toml": site.Mirror(),
	} {
		if err := put(name, content); err != nil {
			return err
		}
	}
	return nil
}

// put writes a configuration document. Some hold tokens, so all are for their owner only.
func put(name string, content []byte) error {
	path := filepath.Join(components.Configs, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("configuration %s: %w", name, err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		return fmt.Errorf("configuration %s: %w", name, err)
	}
	return nil
}
