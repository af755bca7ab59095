package config_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEveryMessageHasACase reads the package's source for whatever it says of
// a config, and for the paths that it says it of, and looks for a line of the
// tables that could have come from there: a rule without a case is found when
// it is written, not when a person meets it.
func TestEveryMessageHasACase(t *testing.T) {
	var lines []string
	for _, group := range ruleGroups {
		for _, r := range group {
			lines = append(lines, r.want...)
		}
	}
	said := messages(t)
	require.Greater(t, len(said), 80, "the source was not read")
	for at, message := range said {
		require.True(t, slices.ContainsFunc(lines, message.MatchString), "%s: no case in rules_*_test.go expects %s", at, message)
	}
}

// messages returns what each place in the source may say, as a pattern of the
// line that a person reads.
func messages(t *testing.T) map[string]*regexp.Regexp {
	t.Helper()
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	said, positions := map[string]*regexp.Regexp{}, token.NewFileSet()
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(positions, name, nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(node ast.Node) bool {
			call, ok := node.(*ast.CallExpr)
			if !ok {
				return true
			}
			if pattern := lineOf(call); pattern != "" {
				said[positions.Position(call.Pos()).String()] = regexp.MustCompile(`^(modelferry:)?` + pattern + `$`)
			}
			return true
		})
	}
	return said
}

// lineOf returns the pattern of what a call may make a person read: of a
// fault that is added, of an error that a value meets while it is decoded, and
// of a check that is made of one key. It is "" for all other calls.
func lineOf(call *ast.CallExpr) string {
	name, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	of, _ := name.X.(*ast.Ident)
	switch {
	case name.Sel.Name == "add" && len(call.Args) > 1:
		if message := pattern(call.Args[1]); strings.Trim(message, ".*") != "" {
			return pattern(call.Args[0]) + ": " + message
		}
	case of != nil && of.Name == "fmt" && name.Sel.Name == "Errorf":
		return ".*: " + pattern(call.Args[0])
	case of != nil && of.Name == "f" || name.Sel.Name == "check":
		for _, arg := range call.Args {
			if path := pattern(arg); strings.Trim(path, ".*") != "" {
				return path + `(\.[^:]*)?: .*`
			}
		}
	}
	return ""
}

var verb = regexp.MustCompile(`%[a-z]`)

// pattern returns the pattern of a text: its literal parts as they are, what
// is only known later as anything.
func pattern(text ast.Expr) string {
	switch text := text.(type) {
	case *ast.BasicLit:
		if literal, err := strconv.Unquote(text.Value); err == nil && text.Kind == token.STRING {
			return verb.ReplaceAllString(regexp.QuoteMeta(literal), `.*`)
		}
	case *ast.BinaryExpr:
		return pattern(text.X) + pattern(text.Y)
	case *ast.CallExpr:
		if name, ok := text.Fun.(*ast.SelectorExpr); ok && name.Sel.Name == "Sprintf" {
			return pattern(text.Args[0])
		}
	}
	return ".*"
}

// The patterns are as narrow as the source lets them be.
func TestMessagesArePatterns(t *testing.T) {
	for source, want := range map[string]string{
		`f.add(at+".port", "has to be 1 to 65535, not %d", p)`:               `.*\.port: has to be 1 to 65535, not .*`,
		`f.add(fmt.Sprintf("egress[%d]", k), "%q is no range", cidr)`:        `egress\[.*\]: .* is no range`,
		`f.required("gcp:project", c.Project)`:                               `gcp:project(\.[^:]*)?: .*`,
		`b.Resources.check(f, at+".resources")`:                              `.*\.resources(\.[^:]*)?: .*`,
		`fmt.Errorf("has to be text, not %s: put it in quotes", written(v))`: `.*: has to be text, not .*: put it in quotes`,
		`f.add("", "%v", err)`:                                               "",
		`strings.TrimSuffix(s, "/")`:                                         "",
		`f.label(at, name)`:                                                  "",
	} {
		expression, err := parser.ParseExpr(source)
		require.NoError(t, err)
		require.Equal(t, want, lineOf(expression.(*ast.CallExpr)), fmt.Sprint(source))
	}
}
