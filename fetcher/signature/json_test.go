package signature

import (
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

// encoding/json takes a key for a field's if they are equal under simple folding, which has two letters for one of
// ASCII: the long s and the Kelvin sign.
func TestParse_foldedKeys(t *testing.T) {
	for _, key := range []string{"dſseEnvelope", "dsseEnvelope", "DSSEENVELOPE", "meſſageSignature", "ſignatureſ"} {
		var target bundleJSON
		err := decodeJSON([]byte(`{"`+key+`": null}`), &target, true, "dsseEnvelope", "messageSignature", "signatures")
		if key == "dsseEnvelope" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, "which must be", key)
	}
	for _, pair := range [][2]string{{"sig", "ſig"}, {"keyid", "\u212Aeyid"}, {"é", "É"}, {"σ", "ς"}, {"ß", "ẞ"}} {
		var target any
		err := decodeJSON([]byte(`{"`+pair[0]+`": 1, "`+pair[1]+`": 2}`), &target, true)
		require.ErrorContains(t, err, "twice", pair)
	}
}

// All keys that encoding/json takes for the same field have the same fold.
func TestFoldKey(t *testing.T) {
	for r := range rune(unicode.MaxRune) {
		if next := unicode.SimpleFold(r); foldKey(string(r)) != foldKey(string(next)) {
			t.Errorf("%U and %U", r, next)
		}
	}
}

// A bundle is read before anything in it is verified: what it makes the parser allocate is bounded by its size.
func TestParse_allocatesInProportion(t *testing.T) {
	const n = 1 << 20
	bundle := func(material string) string {
		return `{"mediaType":"` + mediaTypes[0] + `","verificationMaterial":` + material + `}`
	}
	for name, text := range map[string]string{
		"nested lists":            strings.Repeat("[", n),
		"nested objects":          strings.Repeat(`{"a":`, n/5),
		"many values":             "[" + strings.Repeat("0,", n/2),
		"many keys":               manyKeys(n / 8),
		"many entries":            bundle(`{"tlogEntries":[` + strings.Repeat("0,", n) + `0]}`),
		"many certificates":       bundle(`{"x509CertificateChain":{"certificates":[` + strings.Repeat("{},", n) + `{}]}}`),
		"many signatures":         `{"dsseEnvelope":{"signatures":[` + strings.Repeat("{},", n) + `{}]}}`,
		"a text after the bundle": bundle(`{}`) + strings.Repeat("[", n),
	} {
		t.Run(name, func(t *testing.T) {
			allocated := allocatedBytes(func() {
				_, err := Parse([]byte(text))
				require.Error(t, err)
			})
			require.Less(t, allocated, 10*uint64(len(text)), "of %d bytes", len(text))
		})
	}
}

func manyKeys(n int) string {
	var keys strings.Builder
	for i := range n {
		fmt.Fprintf(&keys, `,"%d":0`, i)
	}
	return "{" + keys.String()[1:]
}

// allocatedBytes returns how many bytes a call allocates.
func allocatedBytes(call func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	call()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// The limit of values lets pass the manifest of as many files as an archive may have entries.
func TestParseStatement_manyFiles(t *testing.T) {
	const files = 100_000
	list := make([]File, files)
	for i := range list {
		list[i] = File{Path: fmt.Sprint(i), Digests: Digests{SHA256: digestA}}
	}
	payload, err := MarshalStatement("model", list)
	require.NoError(t, err)
	t.Logf("%d files: a statement of %d bytes, in a bundle %d", files, len(payload), base64.StdEncoding.EncodedLen(len(payload)))
	manifest, err := parseStatement(payload)
	require.NoError(t, err)
	require.Len(t, manifest.digests, files)
}
