package archive_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/archive"
	. "github.com/modelferry/modelferry/fetcher/internal/archivetest"
	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
)

// What an extraction ignores does not break it, however long or invalid it is.
func TestExtract_ignoresMetadata(t *testing.T) {
	long := strings.Repeat("long attribute ", 200_000) // 3 MB; archive/tar reads 1 MiB at most
	a, b := Raw('0', "a", []byte("a"), nil), Raw('0', "b", []byte("b"), nil)
	extended := func(records ...[]byte) []byte { return Raw('x', "pax", join(records...), nil) }
	tests := map[string][]byte{
		"a long attribute":         RawTar(extended(PaxRecord("SCHILY.xattr.user.x", long)), a, b),
		"an attribute with NULs":   RawTar(extended(PaxRecord("LIBARCHIVE.xattr.x", "\x00\n=\x00")), a, b),
		"a key with NULs":          RawTar(extended(PaxRecord("SCHILY.xattr.\x00", "x")), a, b),
		"a long key":               RawTar(extended(PaxRecord(long, "x")), a, b),
		"invalid times and owners": RawTar(extended(PaxRecord("mtime", "today"), PaxRecord("uid", "nobody")), a, b),
		"a long comment":           RawTar(Raw('g', "pax_global_header", PaxRecord("comment", long), nil), a, b),
		"several global headers": RawTar(Raw('g', "g", PaxRecord("comment", "x"), nil), a,
			Raw('g', "g", PaxRecord("mtime", "x"), nil), b),
		"an empty extended header": RawTar(extended(), a, Raw('g', "g", nil, nil), b),
		"a volume's label":         RawTar(Raw('V', "label", nil, nil), a, b),
		"Solaris' headers":         RawTar(Raw('X', "x", PaxRecord("SUN.holesdata", "x"), nil), Raw('A', "acl", []byte(long), nil), a, b),
		"owner, time and devices that are not numbers": RawTar(Raw('0', "a", []byte("a"), func(header []byte) {
			copy(header[108:], "nobody  nobody  ")
			copy(header[136:], "yesterday   ")
			copy(header[329:], "????????????????")
		}), b),
		"a contiguous file": RawTar(Raw('7', "a", []byte("a"), nil), b),
		"a path after an attribute": RawTar(extended(PaxRecord("SCHILY.xattr.x", long), PaxRecord("path", "a")),
			Raw('0', "short", []byte("a"), nil), b),
		"two extended headers, of which the last one counts": RawTar(extended(PaxRecord("path", "old"), PaxRecord("size", "9")),
			extended(PaxRecord("comment", "x")), a, b),
		"a size in a record": RawTar(extended(PaxRecord("size", "1")), Raw('0', "a", []byte("a"), func(header []byte) {
			copy(header[124:], "00000000000\x00")
		}), b),
	}
	for name, packed := range tests {
		t.Run(name, func(t *testing.T) { requireFiles(t, packed, map[string]string{"a": "a", "b": "b"}) })
	}
	t.Run("a folder with the list of its files", func(t *testing.T) {
		content := requireFiles(t, RawTar(Raw('D', "d/", []byte("Ya\x00Nb\x00\x00"), nil), a, b), map[string]string{"a": "a", "b": "b"})
		require.Equal(t, []string{"d"}, content.Folders)
	})
	t.Run("folders as written before POSIX", func(t *testing.T) {
		content := requireFiles(t, RawTar(Raw(0, "d/", nil, nil), Raw('0', "e/", nil, nil), a, b), map[string]string{"a": "a", "b": "b"})
		require.Equal(t, []string{"d", "e"}, content.Folders)
	})
}

// Metadata that changes entries is not ignored.
func TestExtract_rejectsMetadata(t *testing.T) {
	a := Raw('0', "a", []byte("a"), nil)
	long := strings.Repeat("n", 2<<20)
	for name, tt := range map[string]struct {
		packed  []byte
		want    string
		corrupt bool
	}{
		"a global path":               {RawTar(Raw('g', "g", PaxRecord("path", "b"), nil), a), `a global header sets "path"`, false},
		"a global size":               {RawTar(Raw('g', "g", PaxRecord("size", "9"), nil), a), `a global header sets "size"`, false},
		"several volumes":             {RawTar(Raw('M', "a", []byte("a"), nil), a), "one of several volumes", false},
		"a volume's header":           {RawTar(Raw('g', "g", PaxRecord("GNU.volume.offset", "9"), nil), a), "one of several volumes", false},
		"a long path":                 {RawTar(Raw('x', "x", PaxRecord("path", long), nil), a), "a name of 2097152 bytes", false},
		"a long path of GNU":          {RawTar(Raw('L', "x", []byte(long), nil), a), "a name of 2097152 bytes", false},
		"a path outside":              {RawTar(Raw('x', "x", PaxRecord("path", "../a"), nil), a), "has .. in its name", false},
		"a wrong length":              {RawTar(Raw('x', "x", []byte("9 path=abcdefgh\n"), nil), a), "a record", true},
		"a length above size":         {RawTar(Raw('x', "x", []byte("99 path=a\n"), nil), a), "unexpected EOF", true},
		"no length":                   {RawTar(Raw('x', "x", []byte("path=a\n"), nil), a), "", true},
		"a negative size":             {RawTar(Raw('x', "x", PaxRecord("size", "-1"), nil), a), "invalid size", true},
		"a size that is not a number": {RawTar(Raw('0', "a", nil, func(header []byte) { copy(header[124:], "many") })), "invalid size", true},
		"a wrong checksum":            {append([]byte("b"), RawTar(a)[1:]...), "wrong checksum", true},
		"no checksum":                 {append(slices.Clone(a[:150]), append([]byte{'9'}, RawTar(a)[151:]...)...), "no checksum", true},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := extract(t, tt.packed, archive.Limits{})
			require.ErrorContains(t, err, tt.want)
			require.Equal(t, fetcherr.InvalidArchive, fetcherr.KindOf(err))
			if tt.corrupt {
				require.ErrorIs(t, err, archive.ErrCorrupt)
			} else {
				require.NotErrorIs(t, err, archive.ErrCorrupt)
			}
		})
	}
}

func TestExtract_sparseFiles(t *testing.T) {
	want := map[string]string{"s": "data" + strings.Repeat("\x00", 2044), "after": "x"}
	after := Raw('0', "after", []byte("x"), nil)
	pax := func(records ...[]byte) []byte { return Raw('x', "pax", join(records...), nil) }
	sized := func(records ...[]byte) []byte {
		return pax(append(records, PaxRecord("GNU.sparse.name", "s"), PaxRecord("GNU.sparse.realsize", "2048"),
			PaxRecord("GNU.sparse.size", "2048"), PaxRecord("SCHILY.xattr.x", strings.Repeat("x", 2<<20)))...)
	}
	for name, packed := range map[string][]byte{
		"GNU": RawTar(SparseFile("s", []byte("data"), 2048), after),
		"PAX 0.0": RawTar(sized(PaxRecord("GNU.sparse.numblocks", "1"), PaxRecord("GNU.sparse.offset", "0"),
			PaxRecord("GNU.sparse.numbytes", "4")), Raw('0', "GNUSparseFile/s", []byte("data"), nil), after),
		"PAX 0.1": RawTar(sized(PaxRecord("GNU.sparse.numblocks", "1"), PaxRecord("GNU.sparse.map", "0,4")),
			Raw('0', "GNUSparseFile/s", []byte("data"), nil), after),
		"PAX 1.0": RawTar(sized(PaxRecord("GNU.sparse.major", "1"), PaxRecord("GNU.sparse.minor", "0")),
			Raw('0', "GNUSparseFile/s", join([]byte("1\n0\n4\n"), make([]byte, 506), []byte("data")), nil), after),
	} {
		t.Run(name, func(t *testing.T) { requireFiles(t, packed, want) })
	}
	t.Run("a map of several blocks", func(t *testing.T) {
		file := SparseFile("s", []byte("data"), 2048)
		file = Raw('S', "s", []byte("data"), func(header []byte) {
			copy(header[257:], file[257:512])
			for i, n := range []int{0, 1, 1, 1, 2, 1, 3, 1} { // four bytes, each with its offset
				copy(header[386+12*i:], fmt.Sprintf("%011o\x00", n))
			}
			header[482] = 1
		})
		more, last := make([]byte, 512), make([]byte, 512)
		more[504] = 1
		copy(last, fmt.Sprintf("%011o\x00%011o\x00", 2048, 0))
		requireFiles(t, RawTar(file[:512], more, last, file[512:], after), want)
	})
}
