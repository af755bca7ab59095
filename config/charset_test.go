package config_test

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/config/configtest"
	"github.com/modelferry/modelferry/config/internal/schema"
)

// charset is the set of characters that are accepted at one place in the value of a key.
type charset struct {
	// stack whose cloud has the format, "" for every cloud that supports the key.
	stack string
	// key in the form of schema.Keys. A key that ends in NAME stands for the user-defined name itself.
	key string
	// value with a ‸ where the character is inserted. The value of a name is an object with the name as its only key.
	value any
	// allowed characters as a regular expression.
	allowed string
	// set has the values of other keys that the value needs.
	set map[string]any
}

// caret marks the place of the inserted character.
const caret = "‸"

// insert replaces the caret in the strings of a value.
func insert(value any, text string) any {
	switch value := value.(type) {
	case string:
		return strings.ReplaceAll(value, caret, text)
	case []any:
		var list []any
		for _, element := range value {
			list = append(list, insert(element, text))
		}
		return list
	case map[string]any:
		object := map[string]any{}
		for name, element := range value {
			object[strings.ReplaceAll(name, caret, text)] = insert(element, text)
		}
		return object
	}
	return value
}

// accepts reports whether a stack's config has no error at a key, or below it, with a value for the key.
func accepts(t *testing.T, stack, key string, value any, set map[string]any) bool {
	t.Helper()
	settings := smallStack(t, stack, key).Clone()
	path := exampleKey(strings.TrimSuffix(key, "."+schema.NamePlaceholder))
	if strings.HasPrefix(path, "ingress.") {
		settings.Set("ingress", ingressFor(stack))
	}
	for other, value := range set {
		settings.Set(other, value)
	}
	settings.Set(path, value)
	_, err := config.Load(settings, settings.Keys())
	if err == nil {
		return true
	}
	var validationErr *config.ValidationError
	require.ErrorAs(t, err, &validationErr)
	for _, err := range validationErr.Errors {
		field := strings.TrimPrefix(err.Field, config.Namespace+":")
		if rest, at := strings.CutPrefix(field, path); at && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			return false
		}
	}
	return true
}

// smallStacks are the results of smallStack.
var smallStacks = map[string]configtest.Settings{}

// smallStack returns the settings of a stack of the repository with the service of an example key as the only one, or
// without services. They are read once: the tables load thousands of configs.
func smallStack(t *testing.T, stack, key string) configtest.Settings {
	t.Helper()
	service := ""
	if elements := strings.Split(exampleKey(key), "."); elements[0] == "services" || elements[0] == "releases" {
		service = elements[1]
	}
	id := stack + " " + service
	if smallStacks[id] != nil {
		return smallStacks[id]
	}
	settings, err := configtest.RepositoryStack(stack)
	require.NoError(t, err)
	for _, parent := range []string{"services", "releases"} {
		objects := settings[config.Namespace+":"+parent].(map[string]any)
		maps.DeleteFunc(objects, func(name string, _ any) bool { return name != service })
	}
	smallStacks[id] = settings
	return settings
}

func (c charset) stacks() []string {
	if c.stack != "" {
		return []string{c.stack}
	}
	return slices.DeleteFunc(slices.Clone(repositoryStacks), func(stack string) bool { return !supportedOn(c.key, stack) })
}

// insertedCharacters are the punctuation of ASCII, the ends of the usual ranges of letters and digits with their
// neighbors, control characters, and two characters outside of ASCII: a letter, and one that changes the direction of
// the text.
const insertedCharacters = " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~" + "0189abefgyzABEFGYZ" + "\x00\t\n\v\f\r\x1b\x7f" + "é\u202e"

// Each character is inserted into a valid value. The characters that are not in the set are refused: * and ? in a
// prefix, for example, would be wildcards in an IAM policy.
func TestCharsets(t *testing.T) {
	for _, c := range charsets {
		allowed := regexp.MustCompile(`^(?s:` + c.allowed + `)$`)
		for _, stack := range c.stacks() {
			t.Run(fmt.Sprintf("%s/%v/%s", c.key, c.value, stack), func(t *testing.T) {
				var tooMany, missing string
				for _, char := range insertedCharacters {
					switch accepted := accepts(t, stack, c.key, insert(c.value, string(char)), c.set); {
					case accepted && !allowed.MatchString(string(char)):
						tooMany += string(char)
					case !accepted && allowed.MatchString(string(char)):
						missing += string(char)
					}
				}
				require.Equal(t, `accepted: "", refused: ""`, fmt.Sprintf("accepted: %q, refused: %q", tooMany, missing))
			})
		}
	}
}

// A pattern without an anchor would accept anything before or after a valid value.
func TestCharsets_anchored(t *testing.T) {
	for _, c := range charsets {
		for _, text := range []string{"\x00", "!", "é"} {
			if regexp.MustCompile(`^(?s:` + c.allowed + `)$`).MatchString(text) {
				continue
			}
			for _, stack := range c.stacks() {
				t.Run(fmt.Sprintf("%s/%v/%s", c.key, c.value, stack), func(t *testing.T) {
					for _, value := range []any{surround(c.value, text, ""), surround(c.value, "", text)} {
						require.False(t, accepts(t, stack, c.key, value, c.set), "accepted: %q", value)
					}
				})
			}
		}
	}
}

// surround adds text before and after the string with the caret in a value.
func surround(value any, before, after string) any {
	switch value := value.(type) {
	case string:
		if start, end, marked := strings.Cut(value, caret); marked {
			return before + start + end + after
		}
	case []any:
		var list []any
		for _, element := range value {
			list = append(list, surround(element, before, after))
		}
		return list
	case map[string]any:
		object := map[string]any{}
		for name, element := range value {
			object[surround(name, before, after).(string)] = surround(element, before, after)
		}
		return object
	}
	return value
}

// Every key with text has a row on each cloud: strings, lists and objects of strings, and user-defined names.
func TestCharsets_coverEveryKey(t *testing.T) {
	rows := map[string]bool{}
	for _, c := range charsets {
		for _, stack := range c.stacks() {
			rows[stack+" "+c.key] = true
		}
	}
	var missing []string
	for _, key := range stackKeys() {
		for _, path := range textPaths(key) {
			for _, stack := range repositoryStacks {
				if key.SupportedOn(stack) && !rows[stack+" "+path] {
					missing = append(missing, stack+" "+path)
				}
			}
		}
	}
	require.Greater(t, len(rows), 120, "the keys were not read")
	require.Empty(t, missing, "add rows to charsets")
}

// textPaths returns the paths at which a key has text: the key itself, and the names in an object with user-defined
// names.
func textPaths(key schema.Key) []string {
	elem := key.Type
	var paths []string
	if elem.Kind() == reflect.Map {
		paths = append(paths, key.Path+"."+schema.NamePlaceholder)
	}
	if elem.Kind() == reflect.Map || elem.Kind() == reflect.Slice {
		elem = elem.Elem()
	}
	if elem.Kind() == reflect.String {
		paths = append(paths, key.Path)
	}
	return paths
}

// stackKeys returns the keys of a stack, with those of the Pulumi providers.
func stackKeys() []schema.Key {
	keys := schema.Keys(reflect.TypeFor[config.Config]())
	for namespace, provider := range map[string]struct {
		stack string
		typ   reflect.Type
	}{"gcp": {"gke", reflect.TypeFor[config.GCP]()}, "aws": {"eks", reflect.TypeFor[config.AWS]()}} {
		for _, key := range schema.Keys(provider.typ) {
			key.Path, key.Clouds = namespace+":"+key.Path, []string{provider.stack}
			keys = append(keys, key)
		}
	}
	return keys
}

// supportedOn reports whether the cloud of a stack supports a key. The key may end in NAME.
func supportedOn(path, stack string) bool {
	for _, key := range stackKeys() {
		if key.Path == path || key.Path+"."+schema.NamePlaceholder == path {
			return key.SupportedOn(stack)
		}
	}
	return false
}
