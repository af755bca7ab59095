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

// keyError is a type of error at a key of a stack. In the key, NAME stands for user-defined names.
type keyError struct {
	stack, key string
	typ        field.ErrorType
}

// keyPattern replaces user-defined names and indexes in the path of an error.
func keyPattern(path string) string {
	path, inNamespace := strings.CutPrefix(path, config.Namespace+":")
	if !inNamespace {
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
			pattern += "." + schema.NamePlaceholder
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

// invalidValues returns values that can be decoded as the type of a key, but that a rule may reject.
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

// exampleKey replaces NAME in a key with names in the repository's stacks.
func exampleKey(key string) string {
	names := []string{"bankchurn", "model"}
	if strings.Contains(key, ".backends") {
		names = []string{"nlpinsight", "finbert", "model"}
	}
	for _, name := range names {
		key = strings.Replace(key, schema.NamePlaceholder, name, 1)
	}
	return key
}

// Each key is set to invalid values on each cloud. The tables need a case for each type of error that is reported at
// the key.
func TestInvalidCases_coverEveryKey(t *testing.T) {
	cases := map[keyError]bool{}
	for _, c := range invalidCases() {
		for _, stack := range c.stacks() {
			for _, err := range c.load(t, stack) {
				cases[keyError{stack, keyPattern(err.Field), err.Type}] = true
			}
		}
	}
	reported := map[keyError]bool{}
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
				var validationErr *config.ValidationError
				require.ErrorAs(t, err, &validationErr)
				for _, err := range validationErr.Errors {
					pattern := keyPattern(err.Field)
					isAtKey := strings.HasPrefix(pattern, key.Path)
					if isAtKey && key.SupportedOn(string(cloud)) {
						reported[keyError{string(cloud), pattern, err.Type}] = true
					}
				}
			}
		}
	}
	require.Greater(t, len(reported), 120, "too few errors: the keys were not set")
	var missing []string
	for r := range reported {
		if !cases[r] {
			missing = append(missing, fmt.Sprintf("%s: %s: %s", r.stack, r.key, r.typ))
		}
	}
	slices.Sort(missing)
	require.Empty(t, missing, "add cases to the tables in invalid_*_test.go")
}

// constructors are the functions of package config and its subpackages that return a *field.Error.
var constructors = map[string]bool{"duplicate": true, "notFound": true, "unknownKey": true}

// The cases in the tables reach every line of code that creates an error. They run in a subprocess that records
// coverage. TestLoad_invalid compares the errors.
func TestInvalidCases_coverEveryError(t *testing.T) {
	profile := filepath.Join(t.TempDir(), "cover.out")
	dirs := []string{".", "internal/decode", "internal/schema"}
	packages := "./" + strings.Join(dirs, ",./")
	out, err := exec.Command("go", "test", "-count=1", "-run", "^TestLoad_invalid$", "-coverpkg="+packages,
		"-coverprofile="+profile, ".").CombinedOutput()
	require.NoError(t, err, string(out))
	covered := readProfile(t, profile)
	checked := 0
	for _, dir := range dirs {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		require.NoError(t, err)
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			for _, position := range errorPositions(t, file) {
				checked++
				require.True(t, covered.covers(file, position), "%s:%d: no case in invalid_*_test.go has this error", file, position.Line)
			}
		}
	}
	require.Greater(t, checked, 70, "too few errors: the source was not parsed")
}

// errorPositions returns the positions at which a file creates validation errors. Internal errors are not included,
// because they are not about the config.
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

// covers reports whether a position is in a block that ran.
func (c coverage) covers(file string, p token.Position) bool {
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
