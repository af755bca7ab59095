package iampolicy_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/iampolicy"
)

func TestRemainders(t *testing.T) {
	for _, test := range []struct {
		pattern, prefix string
		want            []string
	}{
		{"models/bankchurn/*", "models/", []string{"bankchurn/*"}},
		{"models/bankchurn/*", "datasets/", nil},
		{"models", "models/", nil},
		{"models*", "models/", []string{"*"}},
		{"*", "models/", []string{"*"}},
		{"mod*/x", "models/", []string{"*/x", "x"}},
		{"model?/?", "models/", []string{"?"}},
		{"", "m", nil},
	} {
		require.Equal(t, test.want, iampolicy.Remainders(test.pattern, test.prefix), "%s of %s", test.pattern, test.prefix)
	}
}

// FuzzMatch compares the matcher with a regular expression, and the patterns of an object's key in a bucket with the
// pattern of the bucket and the key together.
func FuzzMatch(f *testing.F) {
	f.Add("models/bank*/?", "models/", "bankchurn/a")
	f.Add("**a*?", "b", "aab")
	f.Add("**", "b", "aab")
	ascii := func(text string) string { return strings.Map(func(r rune) rune { return r & 127 }, text) } // a byte each
	f.Fuzz(func(t *testing.T, pattern, prefix, rest string) {
		pattern, prefix, rest = ascii(pattern), ascii(prefix), ascii(rest)
		quoted := regexp.QuoteMeta(pattern)
		quoted = strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(quoted)
		reference, err := regexp.Compile("(?s)^" + quoted + "$")
		require.NoError(t, err)
		want := reference.MatchString(prefix + rest)
		require.Equal(t, want, iampolicy.Match(pattern, prefix+rest))
		require.Equal(t, want, slices.ContainsFunc(iampolicy.Remainders(pattern, prefix), func(p string) bool {
			return iampolicy.Match(p, rest)
		}))
	})
}
