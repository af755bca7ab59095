package plandiff

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/modelferry/modelferry/local/internal/planreport"
)

// settings returns what changes in the config, by section: a service's release and its entry in the catalogue, and the
// platform's other keys.
func (in Input) settings() map[string][]planreport.Setting {
	settings := map[string][]planreport.Setting{}
	add := func(section string, more ...planreport.Setting) {
		if len(more) > 0 {
			settings[section] = append(settings[section], more...)
		}
	}
	for _, key := range sortedKeys(in.Before, in.After) {
		before, after := in.Before[key], in.After[key]
		name := strings.TrimPrefix(key, in.Project+":")
		oldObject, _ := before.(map[string]any)
		newObject, _ := after.(map[string]any)
		switch name {
		case "releases":
			for _, service := range sortedKeys(oldObject, newObject) {
				add(service, releaseSettings(oldObject[service], newObject[service])...)
			}
		case "services":
			for _, service := range sortedKeys(oldObject, newObject) {
				add(service, keySettings("services."+service, oldObject[service], newObject[service])...)
			}
		default:
			add(Platform, keySettings(name, before, after)...)
		}
	}
	return settings
}

// keySettings returns the keys that change at or below a path.
func keySettings(path string, before, after any) []planreport.Setting {
	var settings []planreport.Setting
	for _, value := range appendChanges(nil, path, before, after) {
		settings = append(settings, planreport.Setting{Values: []planreport.Value{value}})
	}
	return settings
}

// releaseSettings returns a line for each artifact of a release that changes, also in its backends, and the other keys.
func releaseSettings(before, after any) []planreport.Setting {
	oldRelease, _ := before.(map[string]any)
	newRelease, _ := after.(map[string]any)
	var settings []planreport.Setting
	for _, key := range sortedKeys(oldRelease, newRelease) {
		oldValue, newValue := oldRelease[key], newRelease[key]
		switch key {
		case "artifacts":
			settings = slices.Concat(artifactSettings(oldValue, newValue), settings)
		case "backends":
			oldBackends, _ := oldValue.(map[string]any)
			newBackends, _ := newValue.(map[string]any)
			for _, backend := range sortedKeys(oldBackends, newBackends) {
				for _, setting := range releaseSettings(oldBackends[backend], newBackends[backend]) {
					setting.Name = strings.TrimSpace("backend " + backend + " " + setting.Name)
					settings = append(settings, setting)
				}
			}
		default:
			settings = append(settings, keySettings(key, oldValue, newValue)...)
		}
	}
	return settings
}

// artifactFields are the fields of an artifact, the most important ones first.
var artifactFields = []string{"sha256", "size", "unpackedSize", "version", "path"}

func artifactSettings(before, after any) []planreport.Setting {
	oldArtifacts, _ := before.(map[string]any)
	newArtifacts, _ := after.(map[string]any)
	names := sortedKeys(oldArtifacts, newArtifacts)
	if i := slices.Index(names, "model"); i > 0 { // the model first
		names = slices.Insert(slices.Delete(names, i, i+1), 0, "model")
	}
	var settings []planreport.Setting
	for _, name := range names {
		oldFields, _ := oldArtifacts[name].(map[string]any)
		newFields, _ := newArtifacts[name].(map[string]any)
		values := appendChanges(nil, "", withReadableSizes(oldFields), withReadableSizes(newFields))
		if len(values) == 0 {
			continue
		}
		slices.SortStableFunc(values, func(a, b planreport.Value) int { return fieldOrder(a.Path) - fieldOrder(b.Path) })
		settings = append(settings, planreport.Setting{Name: name, Values: values})
	}
	return settings
}

func fieldOrder(field string) int {
	if i := slices.Index(artifactFields, field); i >= 0 {
		return i
	}
	return len(artifactFields)
}

// withReadableSizes returns the fields of an artifact with sizes such as "4.1 MB".
func withReadableSizes(fields map[string]any) map[string]any {
	readable := map[string]any{}
	for key, value := range fields {
		readable[key] = value
		if key != "size" && key != "unpackedSize" {
			continue
		}
		if size, err := humanize.ParseBytes(fmt.Sprint(value)); err == nil {
			readable[key] = humanize.Bytes(size)
		}
	}
	return readable
}
