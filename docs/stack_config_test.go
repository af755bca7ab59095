package docs

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	pulumiconfig "github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/config/configtest"
)

// placeholders are values for the names in capitals, by stack.
var placeholders = map[string]*strings.Replacer{
	"gke": strings.NewReplacer("MODELS-BUCKET", "models", "LOCATION", "europe-west1", "PROJECT", "modelferry-demo",
		"REGION", "europe-west1", "DIGEST", zeros, "EMAIL", "nodes@modelferry-demo.iam.gserviceaccount.com", "NAME", "name"),
	"eks": strings.NewReplacer("ACCOUNT", "123456789012", "REGION", "eu-west-1", "DIGEST", zeros,
		"VERSION", "v1.21.1-eksbuild.1", "NAME", "name"),
}

var zeros = strings.Repeat("0", 64)

// results are the outputs of the programs in a command substitution, by the beginning of the command.
var results = map[string]string{
	"sha256sum": zeros, "stat": "4100000B", "aws kms describe-key": "arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d",
}

// stackConfig is the config of a stack in the form of the engine. It sets and removes values as the Pulumi CLI does.
type stackConfig struct {
	values pulumiconfig.Map
	shared configtest.Settings // the values of Pulumi.yaml, among others
}

func newStackConfig(t *testing.T, stack string) *stackConfig {
	t.Helper()
	var file struct {
		Config pulumiconfig.Map `yaml:"config"`
	}
	require.NoError(t, yaml.Unmarshal([]byte(read(t, "Pulumi."+stack+".yaml")), &file))
	shared, err := configtest.RepositoryStack(stack)
	require.NoError(t, err)
	for key := range file.Config {
		delete(shared, key.Namespace()+":"+key.Name())
	}
	return &stackConfig{values: file.Config, shared: shared}
}

func (s *stackConfig) GetConfig(key string) (string, bool) {
	parsed, err := pulumiconfig.ParseKey(key)
	if err != nil {
		return "", false
	}
	value, ok, err := s.values.Get(parsed, false)
	if err != nil || !ok {
		return s.shared.GetConfig(key)
	}
	text, err := value.Value(pulumiconfig.NopDecrypter)
	return text, err == nil
}

func (s *stackConfig) Stack() string { return "" }

func (s *stackConfig) load() error {
	keys := s.shared.Keys()
	for key := range maps.Keys(s.values) {
		keys = append(keys, key.Namespace()+":"+key.Name())
	}
	_, err := config.Load(s, keys)
	return err
}

var (
	assignment = regexp.MustCompile(`(?m)^ *([a-z]+)=(\S+)$`)
	// configCommand matches a command at the beginning of a line, or a span. The groups are: set or rm, and arguments.
	configCommand = regexp.MustCompile("(?m)^[ `]*pulumi config (set|rm) ([^`\n]*)")
	// word is quoted or has no space.
	word = regexp.MustCompile(`'[^']*'|"[^"]*"|[^\s'"]+`)
)

// run runs the pulumi config commands of a snippet for the stack, and returns their number.
func (s *stackConfig) run(t *testing.T, snippet, stack string) int {
	t.Helper()
	commands := 0
	for _, match := range configCommand.FindAllStringSubmatch(snippet, -1) {
		arguments, _, _ := strings.Cut(match[2], " #")
		named, hasPath, typ := "", false, pulumiconfig.Type(pulumiconfig.TypeUnknown)
		var words []string
		all := word.FindAllString(placeholders[stack].Replace(arguments), -1)
		for i := 0; i < len(all); i++ {
			switch argument := strings.Trim(all[i], `'"`); argument {
			case "-s", "--stack":
				i++
				named = all[i]
			case "--path":
				hasPath = true
			case "--type":
				i++
				require.Equal(t, "string", all[i])
				typ = pulumiconfig.TypeString
			default:
				words = append(words, commandOutput(t, argument))
			}
		}
		if named != stack {
			continue
		}
		commands++
		key, err := pulumiconfig.ParseKey(words[0])
		require.NoError(t, err, match[0])
		if match[1] == "rm" {
			require.Len(t, words, 1, match[0])
			require.NoError(t, s.values.Remove(key, hasPath), match[0])
			continue
		}
		require.Len(t, words, 2, match[0])
		require.NoError(t, s.values.Set(key, pulumiconfig.NewTypedValue(words[1], typ), hasPath), match[0])
	}
	return commands
}

// commandOutput returns what a command substitution prints, and any other argument unchanged.
func commandOutput(t *testing.T, argument string) string {
	t.Helper()
	command, ok := strings.CutPrefix(argument, "$(")
	if !ok {
		require.NotContains(t, argument, "$")
		return argument
	}
	for program, output := range results {
		if strings.HasPrefix(command, program) {
			return output
		}
	}
	require.Fail(t, "unknown command", command)
	return ""
}

// The commands of each snippet that change the config lead from the repository's stack to a valid config.
func TestDocuments_configCommandsAreValid(t *testing.T) {
	commands := map[string]int{}
	for file, text := range documents(t) {
		if strings.HasPrefix(file, "docs/adr/") {
			continue // what was true then
		}
		for _, variable := range assignment.FindAllStringSubmatch(text, -1) {
			text = strings.ReplaceAll(text, "$"+variable[1], variable[2])
		}
		for _, snippet := range snippets(text) {
			for stack := range placeholders {
				s := newStackConfig(t, stack)
				if n := s.run(t, snippet, stack); n > 0 {
					require.NoError(t, s.load(), "%s:\n%s", file, snippet)
					commands[file] += n
				}
			}
		}
	}
	for file, want := range map[string]int{"docs/deploy-gke.md": 4, "docs/deploy-eks.md": 7, "docs/operations.md": 15} {
		require.GreaterOrEqual(t, commands[file], want, file)
	}
}

func TestStackConfig_run(t *testing.T) {
	s := newStackConfig(t, "eks")
	require.Equal(t, 2, s.run(t, "   pulumi config set -s eks --path \"aws:assumeRole.roleArn\" arn:aws:iam::ACCOUNT:role/NAME\n"+
		"pulumi config rm -s eks modelferry:owner\npulumi config set -s gke gcp:region REGION\n", "eks"))
	role, _ := s.GetConfig("aws:assumeRole")
	require.JSONEq(t, `{"roleArn":"arn:aws:iam::123456789012:role/name"}`, role)
	_, ok := s.GetConfig("modelferry:owner")
	require.False(t, ok)
	require.NoError(t, s.load())
	require.Equal(t, 1, s.run(t, "`pulumi config set -s eks --path modelferry:cluster.create.maxNodes 7`", "eks"))
	require.ErrorContains(t, s.load(), "modelferry:cluster.create.maxNodes: Forbidden: unknown key")
}

// yamlExample is a block of a stack file without the key config. The name after yaml is the stack, by default that of
// the page, otherwise gke.
var yamlExample = regexp.MustCompile("(?ms)^ *```yaml ?(\\w*)\n(.*?)^ *```$")

// Each example, put into the repository's stack, is a valid config. docs/configuration.md has a test of its own
// (config/reference).
func TestDocuments_yamlExamplesAreValid(t *testing.T) {
	pages := map[string]bool{}
	for file, text := range documents(t) {
		for _, match := range yamlExample.FindAllStringSubmatch(text, -1) {
			stack, example := match[1], match[2]
			if !strings.Contains(example, config.Namespace+":") || strings.HasPrefix(example, "config:") {
				continue
			}
			if stack == "" && file == "docs/deploy-eks.md" {
				stack = "eks"
			} else if stack == "" {
				stack = "gke"
			}
			settings, err := configtest.RepositoryStack(stack)
			require.NoError(t, err)
			var values map[string]any
			require.NoError(t, yaml.Unmarshal([]byte(placeholders[stack].Replace(example)), &values), "%s:\n%s", file, example)
			merge(settings, values)
			_, err = config.Load(settings, settings.Keys())
			require.NoError(t, err, "%s:\n%s", file, example)
			pages[path.Base(file)] = true
		}
	}
	require.Subset(t, slices.Collect(maps.Keys(pages)), []string{"deploy-eks.md", "deploy-gke.md", "operations.md"})
}

// merge puts values into the settings, object by object. An existing cluster takes the place of one to create.
func merge(settings, values map[string]any) {
	for key, value := range values {
		object, isObject := value.(map[string]any)
		current, wasObject := settings[key].(map[string]any)
		if !isObject || !wasObject {
			settings[key] = value
			continue
		}
		if _, ok := object["existing"]; ok && key == config.Namespace+":cluster" {
			delete(current, "create")
		}
		merge(current, object)
	}
}
