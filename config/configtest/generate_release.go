package configtest

import (
	"cmp"
	"fmt"
	"maps"
	"strings"

	"pgregory.net/rapid"
)

// release is what is drawn of a service that is live: where its artifacts lie,
// and what each version of one has to say.
type release struct {
	service         map[string]any
	prefix          string
	pinned, mounted bool
}

// drawRelease draws what of a service is live.
func drawRelease(t *rapid.T, s Settings, name string, pinned bool) {
	service := s.at("services", name)
	prefix, _ := service["prefix"].(string)
	r := release{service, cmp.Or(prefix, name+"/"), pinned, false}
	live := map[string]any{"image": drawImage(t, name, pinned)}
	backends := sorted(object(service["backends"]))
	if len(backends) > 0 {
		live["backend"] = rapid.SampledFrom(backends).Draw(t, name+"'s backend")
	}
	if rapid.Bool().Draw(t, name+" has its delivery said") {
		r.mounted = r.mountable(s) && rapid.Bool().Draw(t, name+" is mounted")
		live["delivery"] = map[bool]string{true: "csi", false: "fetch"}[r.mounted]
	}
	if r.mounted && pinned {
		live["unverified"] = true
	} else if rapid.Bool().Draw(t, name+" has it said whether it is verified") {
		live["unverified"] = rapid.Bool().Draw(t, name+" may be unverified")
	}
	live["artifacts"] = r.drawVersions(t, name, object(service["artifacts"]), nil)
	for _, each := range backends {
		if rapid.Bool().Draw(t, name+"'s "+each+" has versions of its own") {
			own := r.drawVersions(t, name+"'s "+each, object(service["artifacts"]), object(object(object(service["backends"])[each])["artifacts"]))
			if live["backends"] == nil {
				live["backends"] = map[string]any{}
			}
			object(live["backends"])[each] = map[string]any{"artifacts": own}
		}
	}
	s.Set("releases."+name, live)
}

// mountable tells whether the service's buckets can be mounted: the cloud's
// own, with nothing in them that has to be unpacked.
func (r release) mountable(s Settings) bool {
	if s.at("endpoints")["storage"] != nil {
		return false
	}
	sources := []map[string]any{r.service}
	for _, backend := range object(r.service["backends"]) {
		sources = append(sources, object(backend))
	}
	for _, source := range sources {
		for _, artifact := range object(source["artifacts"]) {
			if object(artifact)["extract"] == true {
				return false
			}
		}
	}
	return true
}

// drawVersions draws a version of every artifact; those of a backend take the
// place of the service's.
func (r release) drawVersions(t *rapid.T, of string, artifacts, instead map[string]any) map[string]any {
	all := maps.Clone(artifacts)
	maps.Copy(all, instead)
	versions := map[string]any{}
	for _, name := range sorted(all) {
		versions[name] = r.drawVersion(t, fmt.Sprintf("%s's %s", of, name), name)
	}
	return versions
}

// drawVersion draws a version of an artifact.
func (r release) drawVersion(t *rapid.T, of, name string) map[string]any {
	ends := []string{".joblib", ".csv", "/v2/file.bin"}
	if !r.mounted {
		ends = append(ends, ".tar.gz", ".tar.zst", "/v2/file.tgz")
	} else if r.isFolder(name) {
		ends = append(ends, "/v3/")
	}
	key := r.prefix + name + rapid.SampledFrom(ends).Draw(t, of+"'s path")
	version := map[string]any{"path": key, "size": rapid.SampledFrom([]string{"1", "4.1MB", "440MB"}).Draw(t, of+"'s size")}
	folder := strings.HasSuffix(key, "/")
	if !folder && (r.pinned && !r.mounted || rapid.Bool().Draw(t, of+" is pinned")) {
		version["sha256"] = digest(name)
	}
	if rapid.Bool().Draw(t, of+" is said to unpack to a size") {
		version["unpackedSize"] = "445MB"
	}
	if !r.mounted && rapid.Bool().Draw(t, of+" has a version") {
		version["version"] = "1763901234567891"
	}
	return version
}

// isFolder tells whether an artifact appears in a folder whichever backend runs.
func (r release) isFolder(name string) bool {
	sources := []map[string]any{r.service}
	for _, backend := range object(r.service["backends"]) {
		sources = append(sources, object(backend))
	}
	for _, source := range sources {
		artifact := object(object(source["artifacts"])[name])
		if dest, ok := artifact["dest"].(string); ok && !strings.HasSuffix(dest, "/") {
			return false
		}
	}
	return true
}
