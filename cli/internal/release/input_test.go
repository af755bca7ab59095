package release

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func replaceAll(text, old, replacement string) string {
	return strings.ReplaceAll(text, old, replacement)
}

func TestParseInputs(t *testing.T) {
	for _, c := range []struct {
		args []string
		want []Input
	}{
		{[]string{"model.joblib"}, []Input{{"model", "model.joblib"}}},
		{[]string{"models:/bankchurn@champion"}, []Input{{"model", "models:/bankchurn@champion"}}},
		{[]string{"a,b.joblib"}, []Input{{"model", "a,b.joblib"}}},
		{[]string{"./x=y"}, []Input{{"model", "./x=y"}}},
		{[]string{"model=m,predictions=p.csv"}, []Input{{"model", "m"}, {"predictions", "p.csv"}}},
		{[]string{"model=a,b", "predictions=p=q"}, []Input{{"model", "a,b"}, {"predictions", "p=q"}}},
	} {
		got, err := ParseInputs(c.args)
		require.NoError(t, err)
		require.Equal(t, c.want, got)
	}
	for _, args := range [][]string{{"a", "b"}, {"model=a", "model=b"}, {""}, {"model=a,model=b"}} {
		_, err := ParseInputs(args)
		require.ErrorContains(t, err, "must be FILE, or ARTIFACT=FILE with every artifact once", args)
	}
}
