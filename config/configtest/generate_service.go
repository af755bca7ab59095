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

// drawImage draws the reference of an image, with a digest if pinned.
func drawImage(t *rapid.T, name string, pinned bool) string {
	if !pinned && rapid.Bool().Draw(t, name+" has a tag") {
		return "registry.example/" + name + ":1"
	}
	return "registry.example/" + name + "@sha256:" + digest(name)
}

// serviceOptions are the keys of a service, below services.NAME.
var serviceOptions = []option{
	{"port", of(1, 8080, 65535)},
	{"modelFolder", of("/srv/models")},
	{"env", newly(func() any { return map[string]any{"LOG_LEVEL": "INFO"} })},
	{"resources.requests", newly(func() any { return map[string]any{"cpu": "250m", "memory": "256Mi"} })},
	{"resources.limits", newly(func() any { return map[string]any{"cpu": 2, "memory": "4Gi", "ephemeralStorage": "1Ti"} })},
	{"gpu", of(0, 1)},
	{"autoscaling", of(map[string]any{"min": 2, "max": 9, "cpu": 1, "scaleDownWindow": "0s"}, map[string]any{"max": 1})},
	{"health", of(map[string]any{"path": "/ready", "startup": "10m"})},
	{"metrics", of("-", "/prometheus")},
}

func drawService(t *rapid.T, s Settings, name string) {
	at := "services." + name + "."
	for _, o := range append([]option{
		{"deployment", of(name + "-server")}, {"service", of(name + "-http")}, {"prefix", of("teams/" + name + "/")},
		{"path", of("/ml/v1/" + name)},
	}, serviceOptions...) {
		o.draw(t, at, s)
	}
	drawArtifact(t, s, at, "model")
	for k := range rapid.IntRange(0, 2).Draw(t, name+"'s further artifacts") {
		drawArtifact(t, s, at, fmt.Sprintf("a%d", k))
	}
	for k := range rapid.IntRange(0, 2).Draw(t, name+"'s backends") {
		backend := fmt.Sprintf("%sbackends.b%d.", at, k)
		s.Set(backend+"env.BACKEND", fmt.Sprint(k))
		option{"gpu", of(0, 1)}.draw(t, backend, s)
		option{"resources.limits.memory", of("3Gi")}.draw(t, backend, s)
		if rapid.Bool().Draw(t, backend+" has its own model") {
			drawArtifact(t, s, backend, "model")
		}
	}
}

// drawArtifact draws an artifact that does not conflict with another one.
func drawArtifact(t *rapid.T, s Settings, at, name string) {
	at += "artifacts." + name + "."
	s.Set(at+"dest", rapid.SampledFrom([]string{name + ".bin", name + "/", name + "/deep/file"}).Draw(t, at+"dest"))
	for _, o := range []option{
		{"bucket", of("models", "datasets")},
		{"mount", of("/data/" + name)},
		{"env", of("PATH_OF_" + name)},
		{"extract", of(true, false)},
	} {
		o.draw(t, at, s)
	}
}
