package stackfile

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"
)

// layout is the form of a stack file, without the values of one artifact.
type layout struct {
	flow          bool
	indent        string
	order         []string
	quotes        map[string]string
	comments      map[string]string
	before, after string
	lineBreak     string
}

func drawLayout(t *rapid.T) layout {
	comment := rapid.SampledFrom([]string{"", " # x", "  # 'a' \"b\": {c}"})
	l := layout{
		flow:      rapid.Bool().Draw(t, "flow"),
		indent:    strings.Repeat(" ", rapid.IntRange(1, 4).Draw(t, "indent")),
		order:     rapid.Permutation([]string{"path", "sha256", "size", "unpackedSize", "version"}).Draw(t, "order"),
		quotes:    map[string]string{},
		comments:  map[string]string{},
		lineBreak: rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "lineBreak"),
		before: rapid.SampledFrom([]string{"", "# ä\n", "---\n", "x: |\n  # no comment\n  config: {}\n\n", "y: &a [1,\n2]\nz: *a\n"}).
			Draw(t, "before"),
		after: rapid.SampledFrom([]string{"", "# end\n", "b:\n- path: 1\n", "\n\n# model:\n\nb: 'it''s\n  long'\n", "...\n"}).
			Draw(t, "after"),
	}
	for _, key := range l.order {
		l.quotes[key] = rapid.SampledFrom([]string{"", "'", `"`}).Draw(t, "quotes of "+key)
		l.comments[key] = comment.Draw(t, "comment of "+key)
	}
	return l
}

// render writes the file with the values of the artifact. Keys without a value are left out.
func (l layout) render(values map[string]string) string {
	var b strings.Builder
	level := func(depth int, text string) { b.WriteString(strings.Repeat(l.indent, depth) + text + "\n") }
	b.WriteString(l.before + "config:\n")
	level(1, "a:b: 1 # one")
	level(1, "modelferry:releases:")
	level(2, "bankchurn:")
	level(3, "artifacts:")
	var parts []string
	for _, key := range l.order {
		if value, ok := values[key]; ok {
			f := field{key, value}
			text := map[string]string{
				"": f.scalar(), "'": f.restyled(yaml.SingleQuotedStyle), `"`: f.restyled(yaml.DoubleQuotedStyle),
			}[l.quotes[key]]
			parts = append(parts, key+": "+text)
		}
	}
	if l.flow {
		level(4, "model: {"+strings.Join(parts, " , ")+"} # flow")
	} else {
		level(4, "model: # block")
		for i, key := range slices.DeleteFunc(slices.Clone(l.order), func(key string) bool { _, ok := values[key]; return !ok }) {
			level(5, parts[i]+l.comments[key])
		}
	}
	level(4, "dataset: {path: p, size: 1B}")
	level(2, "other: # o")
	level(3, "artifacts: {model: {path: o, sha256: '00'}}")
	b.WriteString(l.after)
	return strings.ReplaceAll(b.String(), "\n", l.lineBreak)
}

func drawArtifact(t *rapid.T, label string) Artifact {
	text := rapid.OneOf(
		rapid.StringMatching(`bankchurn/[a-f0-9]{12}/[A-Za-z0-9._-]{1,9}`),
		rapid.StringOf(rapid.RuneFrom([]rune("ab/'\"\\:#,{}[]&*!|>%@` -ä\u2028\U0001F600\u0085\t0.~"))).
			Filter(func(s string) bool { return s != "" }),
	)
	return Artifact{
		Keys: []string{"artifacts", "model"},
		Path: text.Draw(t, label+" path"),
		SHA256: rapid.SampledFrom([]string{strings.Repeat("0", 64), strings.Repeat("a1", 32), "1" + strings.Repeat("0", 63)}).
			Draw(t, label+" sha256"),
		Size:         fmt.Sprintf("%dB", rapid.IntRange(1, 1<<40).Draw(t, label+" size")),
		UnpackedSize: rapid.SampledFrom([]string{"", "9B"}).Draw(t, label+" unpackedSize"),
		Version:      rapid.SampledFrom([]string{"", "1700000000000000", "null"}).Draw(t, label+" version"),
	}
}

func (a Artifact) values() map[string]string {
	values := map[string]string{}
	for _, f := range a.fields() {
		if f.value != "" {
			values[f.key] = f.value
		}
	}
	return values
}

// The edited file has the new values, and it is byte by byte the file that has these values in the same layout. Keys
// that were missing are the only ones whose place is the editor's choice: without them, the rest is the same.
func TestFile_SetArtifacts_changesOnlyScalars(t *testing.T) {
	root := writeFiles(t, "name: modelferry", "")
	rapid.Check(t, func(t *rapid.T) {
		l, before, after := drawLayout(t), drawArtifact(t, "before"), drawArtifact(t, "after")
		content := []byte(l.render(before.values()))
		for _, f := range before.fields() { // a value that needs double quotes has them in any layout
			quote := map[string]string{"": f.scalar(), "'": f.restyled(yaml.SingleQuotedStyle)}[l.quotes[f.key]]
			if f.value != "" && strings.HasPrefix(quote, `"`) {
				l.quotes[f.key] = `"`
			}
		}
		f := &File{root: root, stack: "gke", path: DefaultPath(root, "gke"), original: content, content: content}
		require.NoError(t, f.SetArtifacts("bankchurn", []Artifact{after}), string(content))

		var decoded struct {
			Config struct {
				Releases map[string]struct {
					Artifacts map[string]map[string]string
				} `yaml:"modelferry:releases"`
			}
		}
		require.NoError(t, yaml.Unmarshal(f.content, &decoded))
		require.Equal(t, after.values(), decoded.Config.Releases["bankchurn"].Artifacts["model"])

		kept, added := after.values(), 0
		for key := range after.values() {
			if _, ok := before.values()[key]; !ok {
				delete(kept, key)
				added++
			}
		}
		got := string(f.content)
		if l.flow {
			for key, value := range after.values() {
				if _, ok := kept[key]; !ok {
					got = strings.Replace(got, ", "+key+": "+field{key, value}.scalar(), "", 1)
				}
			}
			unspaced := strings.NewReplacer(" ,", ",", "{ ", "{", " }", "}")
			require.Equal(t, unspaced.Replace(l.render(kept)), unspaced.Replace(got))
			return
		}
		for key, value := range after.values() {
			if _, ok := kept[key]; !ok {
				line := strings.Repeat(l.indent, 5) + key + ": " + field{key, value}.scalar() + l.lineBreak
				require.Equal(t, 1, strings.Count(got, line), got)
				got = strings.Replace(got, line, "", 1)
			}
		}
		require.Equal(t, l.render(kept), got)
	})
}
