package configtest

import (
	"cmp"
	"fmt"
	"maps"
	"strings"

	"pgregory.net/rapid"
)

// releaseGenerator generates the release of a service.
type releaseGenerator struct {
	service     map[string]any
	prefix      string
	pinned, csi bool
}

// drawRelease draws the release of a service.
func drawRelease(t *rapid.T, s Settings, name string, pinned bool) {
	service := s.object("services", name)
	prefix, _ := service["prefix"].(string)
	r := releaseGenerator{service, cmp.Or(prefix, name+"/"), pinned, false}
	release := map[string]any{"image": drawImage(t, name, pinned)}
	backends := sortedKeys(asObject(service["backends"]))
	if len(backends) > 0 {
		release["backend"] = rapid.SampledFrom(backends).Draw(t, name+"'s backend")
	}
	if rapid.Bool().Draw(t, name+" sets delivery") {
		r.csi = r.supportsCSI(s) && rapid.Bool().Draw(t, name+" uses csi")
		release["delivery"] = map[bool]string{true: "csi", false: "fetch"}[r.csi]
	}
	if r.csi && pinned {
		release["unverified"] = true
	} else if rapid.Bool().Draw(t, name+" sets unverified") {
		release["unverified"] = rapid.Bool().Draw(t, name+" is unverified")
	}
	release["artifacts"] = r.drawVersions(t, name, asObject(service["artifacts"]), nil)
	for _, backend := range backends {
		if rapid.Bool().Draw(t, name+"'s "+backend+" has its own versions") {
			overrides := asObject(asObject(asObject(service["backends"])[backend])["artifacts"])
			versions := r.drawVersions(t, name+"'s "+backend, asObject(service["artifacts"]), overrides)
			if release["backends"] == nil {
				release["backends"] = map[string]any{}
			}
			asObject(release["backends"])[backend] = map[string]any{"artifacts": versions}
		}
	}
	s.Set("releases."+name, release)
}

// supportsCSI reports whether the release may have delivery csi: no storage endpoint is configured, and no artifact is
// an archive.
func (r releaseGenerator) supportsCSI(s Settings) bool {
	if s.object("endpoints")["storage"] != nil {
		return false
	}
	sources := []map[string]any{r.service}
	for _, backend := range asObject(r.service["backends"]) {
		sources = append(sources, asObject(backend))
	}
	for _, source := range sources {
		for _, artifact := range asObject(source["artifacts"]) {
			if asObject(artifact)["extract"] == true {
				return false
			}
		}
	}
	return true
}

// drawVersions draws a version of each artifact. overrides are a backend's
// artifacts, which replace the service's.
func (r releaseGenerator) drawVersions(t *rapid.T, label string, artifacts, overrides map[string]any) map[string]any {
	merged := maps.Clone(artifacts)
	maps.Copy(merged, overrides)
	versions := map[string]any{}
	for _, name := range sortedKeys(merged) {
		versions[name] = r.drawVersion(t, fmt.Sprintf("%s's %s", label, name), name)
	}
	return versions
}

// drawVersion draws a version of an artifact.
func (r releaseGenerator) drawVersion(t *rapid.T, label, name string) map[string]any {
	suffixes := []string{".joblib", ".csv", "/v2/file.bin"}
	if !r.csi {
		suffixes = append(suffixes, ".tar.gz", ".tar.zst", "/v2/file.tgz")
	} else if r.isFolder(name) {
		suffixes = append(suffixes, "/v3/")
	}
	key := r.prefix + name + rapid.SampledFrom(suffixes).Draw(t, label+"'s path")
	version := map[string]any{"path": key, "size": rapid.SampledFrom([]string{"1", "4.1MB", "440MB"}).Draw(t, label+"'s size")}
	folder := strings.HasSuffix(key, "/")
	if !folder && (r.pinned && !r.csi || rapid.Bool().Draw(t, label+" is pinned")) {
		version["sha256"] = digest(name)
	}
	if rapid.Bool().Draw(t, label+" has an unpackedSize") {
		version["unpackedSize"] = "445MB"
	}
	if !r.csi && rapid.Bool().Draw(t, label+" has a signature") {
		signature := map[string]any{"path": r.prefix + name + ".sig"}
		switch rapid.IntRange(0, 3).Draw(t, label+"'s signer") {
		case 0:
			signature["key"] = PublicKey
		case 1:
			signature["certificate"] = Certificate
		case 2:
			maps.Copy(signature, Keyless())
		case 3:
			maps.Copy(signature, map[string]any{"identityRegexp": ".*@example.com", "issuer": Issuer, "trustedRoot": TrustedRoot})
		}
		version["signature"] = signature
	}
	if !r.csi && rapid.Bool().Draw(t, label+" has a version") {
		version["version"] = "1763901234567891"
	}
	return version
}

// isFolder reports whether the dest of the artifact is a directory with every backend.
func (r releaseGenerator) isFolder(name string) bool {
	sources := []map[string]any{r.service}
	for _, backend := range asObject(r.service["backends"]) {
		sources = append(sources, asObject(backend))
	}
	for _, source := range sources {
		artifact := asObject(asObject(source["artifacts"])[name])
		if dest, ok := artifact["dest"].(string); ok && !strings.HasSuffix(dest, "/") {
			return false
		}
	}
	return true
}
