package config_test

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/config/configtest"
	"github.com/modelferry/modelferry/config/internal/schema"
)

// rule is what a rule can report: a type of error at a key, with NAME for the
// names that a person chose.
type rule struct {
	key string
	typ field.ErrorType
}

// keyPattern replaces the names and indexes in a path of an error.
func keyPattern(path string) string {
	path, own := strings.CutPrefix(path, config.Namespace+":")
	if !own {
		return path
	}
	known := map[string]bool{}
	for _, key := range schema.Keys(reflect.TypeFor[config.Config]()) {
		known[key.Path] = true
	}
	pattern := ""
	for element := range strings.SplitSeq(path, ".") {
		name, _, indexed := strings.Cut(element, "[")
		if joined := strings.TrimPrefix(pattern+"."+name, "."); known[joined] {
			pattern = joined
		} else {
			pattern += "." + schema.Name
		}
		if indexed {
			pattern += "[]"
		}
	}
	return pattern
}

func TestKeyPattern(t *testing.T) {
	for path, want := range map[string]string{
		"gcp:project":                                         "gcp:project",
		"modelferry:cluster.create.admins[1]":                 "cluster.create.admins[]",
		"modelferry:services.bankchurn.env.A B":               "services.NAME.env.NAME",
		"modelferry:releases.a.backends.b.artifacts.c.sha256": "releases.NAME.backends.NAME.artifacts.NAME.sha256",
	} {
		require.Equal(t, want, keyPattern(path))
	}
}

// invalidValues are values of a key's type that decode and that a rule may refuse.
func invalidValues(t reflect.Type) []any {
	switch {
	case t == reflect.TypeFor[time.Duration]():
		return []any{"-1s", "0s", "1000h", "1500ms"}
	case t.Kind() == reflect.String:
		return []any{"", " !"}
	case t.Kind() == reflect.Int:
		return []any{-1, 0, 1 << 40}
	case t.Kind() == reflect.Slice:
		return []any{[]any{" !"}, []any{""}, []any{"0.0.0.0/0"}}
	case t.Kind() == reflect.Map && t.Elem().Kind() == reflect.String:
		return []any{map[string]any{" !": " !"}}
	}
	return nil
}

// exampleKey replaces NAME in a key by names of the repository's stacks.
func exampleKey(key string) string {
	names := []string{"bankchurn", "model"}
	if strings.Contains(key, ".backends.") {
		names = []string{"nlpinsight", "finbert", "model"}
	}
	for _, name := range names {
		key = strings.Replace(key, schema.Name, name, 1)
	}
	return key
}

// Every key gets invalid values, on each cloud. What a rule reports about the
// key has a case in the tables.
func TestRules_everyKeyHasCase(t *testing.T) {
	cases := map[rule]bool{}
	for _, c := range invalidCases() {
		for _, err := range c.load(t) {
			cases[rule{keyPattern(err.Field), err.Type}] = true
		}
	}
	reported := map[rule]bool{}
	for _, cloud := range config.Clouds() {
		base, err := configtest.RepositoryStack(string(cloud))
		require.NoError(t, err)
		for _, key := range schema.Keys(reflect.TypeFor[config.Config]()) {
			for _, value := range invalidValues(key.Type) {
				settings := base.Clone()
				settings.Set(exampleKey(key.Path), value)
				_, err := config.Load(settings, nil)
				if err == nil {
					continue
				}
				invalid := (*config.ValidationError)(nil)
				require.ErrorAs(t, err, &invalid)
				for _, err := range invalid.Errors {
					pattern := keyPattern(err.Field)
					own := strings.HasPrefix(pattern, key.Path)
					if own && (key.SupportedOn(string(cloud)) || err.Type != field.ErrorTypeForbidden) {
						reported[rule{pattern, err.Type}] = true
					}
				}
			}
		}
	}
	require.Greater(t, len(reported), 60, "the keys were not tried")
	var missing []string
	for r := range reported {
		if !cases[r] {
			missing = append(missing, fmt.Sprintf("%s: %s", r.key, r.typ))
		}
	}
	slices.Sort(missing)
	require.Empty(t, missing, "add cases to the tables in invalid_*_test.go")
}

// constructors return a *field.Error in the code of the rules.
var constructors = map[string]bool{"duplicate": true, "notFound": true, "unknownKey": true}

// Every place in the code that creates an error is reached by the tables'
// cases. The cases run in a process of their own that counts which code they
// reach; TestLoad_invalid compares each error that they get.
func TestRules_everyErrorHasCase(t *testing.T) {
	profile := filepath.Join(t.TempDir(), "cover.out")
	dirs := []string{".", "internal/decode", "internal/schema"}
	packages := "./" + strings.Join(dirs, ",./")
	out, err := exec.Command("go", "test", "-count=1", "-run", "^TestLoad_invalid$", "-coverpkg="+packages,
		"-coverprofile="+profile, ".").CombinedOutput()
	require.NoError(t, err, string(out))
	covered := readProfile(t, profile)
	created := 0
	for _, dir := range dirs {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		require.NoError(t, err)
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			for _, position := range errorPositions(t, file) {
				created++
				require.True(t, covered.at(file, position), "%s:%d: no case in invalid_*_test.go has this error", file, position.Line)
			}
		}
	}
	require.Greater(t, created, 70, "the source was not read")
}

// errorPositions returns where a file calls a constructor of errors of its
// rules. Internal errors are not about the config.
func errorPositions(t *testing.T, file string) []token.Position {
	t.Helper()
	files := token.NewFileSet()
	source, err := parser.ParseFile(files, file, nil, 0)
	require.NoError(t, err)
	var positions []token.Position
	ast.Inspect(source, func(node ast.Node) bool {
		call, ok := node.(*ast.CallExpr)
		if !ok {
			return true
		}
		name := ""
		switch function := call.Fun.(type) {
		case *ast.Ident:
			name = function.Name
		case *ast.SelectorExpr:
			if pkg, ok := function.X.(*ast.Ident); ok && pkg.Name == "field" {
				name = "field." + function.Sel.Name
			}
		}
		isError := strings.HasPrefix(name, "field.") && name != "field.NewPath" && name != "field.InternalError"
		if isError || constructors[name] {
			positions = append(positions, files.Position(call.Pos()))
		}
		return true
	})
	return positions
}

// coverage has the blocks of code that ran, by file.
type coverage map[string][]block

type block struct{ startLine, startColumn, endLine, endColumn int }

func (c coverage) at(file string, p token.Position) bool {
	return slices.ContainsFunc(c[file], func(b block) bool {
		afterStart := p.Line > b.startLine || p.Line == b.startLine && p.Column >= b.startColumn
		beforeEnd := p.Line < b.endLine || p.Line == b.endLine && p.Column < b.endColumn
		return afterStart && beforeEnd
	})
}

// profileLine is a line of a coverage profile: FILE:LINE.COLUMN,LINE.COLUMN STATEMENTS COUNT.
var profileLine = regexp.MustCompile(`^(.+):(\d+)\.(\d+),(\d+)\.(\d+) \d+ [1-9]\d*$`)

func readProfile(t *testing.T, name string) coverage {
	t.Helper()
	file, err := os.Open(name)
	require.NoError(t, err)
	defer file.Close()
	covered := coverage{}
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		match := profileLine.FindStringSubmatch(scanner.Text())
		if match == nil {
			continue
		}
		var b block
		_, err := fmt.Sscan(strings.Join(match[2:], " "), &b.startLine, &b.startColumn, &b.endLine, &b.endColumn)
		require.NoError(t, err)
		path := strings.TrimPrefix(match[1], reflect.TypeFor[config.Config]().PkgPath()+"/")
		covered[path] = append(covered[path], b)
	}
	return covered
}
