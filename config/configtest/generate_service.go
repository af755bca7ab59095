package configtest

import (
	"fmt"

	"pgregory.net/rapid"
)

// drawServices draws the services and their releases.
func drawServices(t *rapid.T, s Settings, pinned bool) {
	s.Set("fetcher.image", drawImage(t, "fetcher", pinned))
	s.Set("services", map[string]any{})
	for k := range rapid.IntRange(0, 3).Draw(t, "services") {
		name := fmt.Sprintf("s%d", k)
		drawService(t, s, name)
		if rapid.Bool().Draw(t, name+" has a release") || k == 0 {
			drawRelease(t, s, name, pinned)
		}
	}
}

// drawImage draws an image reference. If pinned, it has a digest.
func drawImage(t *rapid.T, name string, pinned bool) string {
	if !pinned && rapid.Bool().Draw(t, name+" has a tag") {
		return "registry.example/" + name + ":1"
	}
	return "registry.example/" + name + "@sha256:" + digest(name)
}

// serviceOptions are the keys of a service, below services.NAME.
var serviceOptions = []option{
	{"port", oneOf(1, 8080, 65535)},
	{"modelFolder", oneOf("/srv/models")},
	{"env", newEachDraw(func() any { return map[string]any{"LOG_LEVEL": "INFO"} })},
	{"resources.requests", newEachDraw(func() any { return map[string]any{"cpu": "250m", "memory": "256Mi"} })},
	{"resources.limits", newEachDraw(func() any { return map[string]any{"cpu": 2, "memory": "4Gi", "ephemeralStorage": "1Ti"} })},
	{"gpu", oneOf(0, 1)},
	{"autoscaling", oneOf(map[string]any{"min": 2, "max": 9, "cpu": 1, "scaleDownWindow": "0s"},
		map[string]any{"min": 1, "max": 1, "singleReplica": true})},
	{"health", oneOf(map[string]any{"path": "/ready", "startup": "10m"})},
	{"metrics", oneOf("-", "/prometheus")},
}

func drawService(t *rapid.T, s Settings, name string) {
	prefix := "services." + name + "."
	for _, o := range append([]option{
		{"deployment", oneOf(name + "-server")}, {"service", oneOf(name + "-http")}, {"prefix", oneOf("teams/" + name + "/")},
		{"path", oneOf("/ml/v1/" + name)},
	}, serviceOptions...) {
		o.draw(t, prefix, s)
	}
	drawArtifact(t, s, prefix, "model")
	for k := range rapid.IntRange(0, 2).Draw(t, name+"'s further artifacts") {
		drawArtifact(t, s, prefix, fmt.Sprintf("a%d", k))
	}
	for k := range rapid.IntRange(0, 2).Draw(t, name+"'s backends") {
		backend := fmt.Sprintf("%sbackends.b%d.", prefix, k)
		s.Set(backend+"env.BACKEND", fmt.Sprint(k))
		option{"gpu", oneOf(0, 1)}.draw(t, backend, s)
		option{"resources.limits.memory", oneOf("3Gi")}.draw(t, backend, s)
		if rapid.Bool().Draw(t, backend+" has its own model") {
			drawArtifact(t, s, backend, "model")
		}
	}
}

// drawArtifact draws an artifact that does not conflict with another one.
func drawArtifact(t *rapid.T, s Settings, prefix, name string) {
	prefix += "artifacts." + name + "."
	s.Set(prefix+"dest", rapid.SampledFrom([]string{name + ".bin", name + "/", name + "/deep/file"}).Draw(t, prefix+"dest"))
	for _, o := range []option{
		{"bucket", oneOf("models", "datasets")},
		{"mount", oneOf("/data/" + name)},
		{"env", oneOf("PATH_OF_" + name)},
		{"extract", oneOf(true, false)},
	} {
		o.draw(t, prefix, s)
	}
}
