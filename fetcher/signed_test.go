package main_test

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/archivetest"
)

func TestSigned_file(t *testing.T) {
	for name, store := range allStores(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, s, model := newFixture(t, store, ""), newSigner(t), randomBytes(1, 300_000)
			store.Put(t, f.bucket, "models/m.bin", model)
			store.Put(t, f.bucket, "models/m.sig", s.sign(t, map[string][]byte{"model.joblib": model}))
			got := f.set("MODEL_SIGNATURE", s.required(t)).run(t)
			require.Equal(t, 0, got.ExitCode, got.stderr)
			require.Equal(t, "key", got.Artifacts[0].Signature)
			require.Equal(t, sha256Hex(model), got.Artifacts[0].SHA256)
			require.Equal(t, model, f.readFile(t, "m.bin"))
		})
	}
}

func TestSigned_refused(t *testing.T) {
	model, other := []byte("weights"), []byte("other weights")
	for name, store := range allStores(t) {
		s, stranger := newSigner(t), newSigner(t)
		put := func(bundle []byte) func(*testing.T, *fixture) {
			return func(t *testing.T, f *fixture) {
				t.Helper()
				f.store.Put(t, f.bucket, "models/m.bin", model)
				f.set("MODEL_SIGNATURE", s.required(t))
				if bundle != nil {
					f.store.Put(t, f.bucket, "models/m.sig", bundle)
				}
			}
		}
		content := map[string][]byte{"m": model}
		cases := []failure{
			{"9: no bundle", put([]byte("{}")), 9, "untrusted", "signature bundle: has the media type"},
			{"9: an empty bundle", put([]byte{}), 9, "untrusted", "has 0 bytes"},
			{"9: another signer", put(stranger.sign(t, content)), 9, "untrusted", "signed with another key"},
			{
				"9: other content",
				put(s.sign(t, map[string][]byte{"m": other})),
				9,
				"untrusted",
				"%s: \"m\" has other content than was signed",
			},
			{"9: a folder", put(s.sign(t, map[string][]byte{"m": model, "n": model})), 9, "untrusted", "is of a folder"},
			{"4: no signature", put(nil), 4, "not found", "m.bin: signature: "},
			{"2: no key", putObject("models/m.bin", model, "MODEL_SIGNATURE", `{"path":"s"}`), 2, "config",
				"the model: signature: must have a key, a certificate, or an identity"},
			{"9: an archive with a file beside the signed ones", func(t *testing.T, f *fixture) {
				t.Helper()
				put(s.sign(t, content))(t, f)
				putArchive(archivetest.Tar(t, archivetest.File("m", model), archivetest.File("n", other)))(t, f)
			}, 9, "untrusted", `%s: "n" is not signed`},
			{"9: an archive with other content", func(t *testing.T, f *fixture) {
				t.Helper()
				put(s.sign(t, content))(t, f)
				putArchive(archivetest.Tar(t, archivetest.File("m", other)))(t, f)
			}, 9, "untrusted", `%s: "m" has other content`},
			{"9: an archive with a link", func(t *testing.T, f *fixture) {
				t.Helper()
				put(s.sign(t, content))(t, f)
				putArchive(archivetest.Tar(t, archivetest.File("m", model), archivetest.Symlink("n", "m")))(t, f)
			}, 9, "untrusted", `"n" is a symbolic link`},
		}
		for _, tt := range cases {
			t.Run(name+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				tt.check(t, newFixture(t, store, ""))
			})
		}
	}
}

// One changed byte anywhere in the object is noticed, although the object's checksum and size are right.
func TestSigned_changedByte(t *testing.T) {
	store := allStores(t)["s3"]
	s, model := newSigner(t), randomBytes(3, 200)
	bundle := s.sign(t, map[string][]byte{"m": model})
	for _, at := range []int{0, 1, 100, 198, 199} {
		f := newFixture(t, store, "")
		changed := append([]byte(nil), model...)
		changed[at] ^= 1
		store.Put(t, f.bucket, "models/m.bin", changed)
		store.Put(t, f.bucket, "models/m.sig", bundle)
		got := f.set("MODEL_SIGNATURE", s.required(t), "MODEL_SHA256", sha256Hex(changed)).run(t)
		require.Equal(t, 9, got.ExitCode, "byte %d: %s", at, got.stderr)
		f.requireNothingPublished(t)
	}
}

func TestSigned_archive(t *testing.T) {
	s, files := newSigner(t), map[string][]byte{"config.json": []byte("{}"), "onnx/model.onnx": randomBytes(2, 200_000)}
	entries := func(folder string) []archivetest.Entry {
		return []archivetest.Entry{
			archivetest.File(
				folder+"config.json",
				files["config.json"],
			),
			archivetest.File(folder+"onnx/model.onnx", files["onnx/model.onnx"]),
		}
	}
	plain := archivetest.Gzip(t, archivetest.Tar(t, entries("")...))
	for _, tt := range []struct {
		name           string
		object, bundle []byte
		files          int
		absent         string
	}{
		{"of its content", plain, s.sign(t, files), 2, ""},
		{"of its content in a folder", archivetest.Gzip(t, archivetest.Tar(t, entries("finbert/")...)), s.sign(t, files), 2, ""},
		{"of the archive itself", plain, s.sign(t, map[string][]byte{"model.tar.gz": plain}), 2, ""},
		{"with files that are ignored", archivetest.Gzip(t, archivetest.Tar(t, append(entries(""), archivetest.File(".git/hooks/x", []byte("x")),
			archivetest.File("m.sig", []byte("x")))...)), s.sign(t, files), 2, ".git/hooks/x"},
		{"with folders that are ignored", archivetest.Gzip(t, archivetest.Tar(t, append(entries("finbert/"), archivetest.Folder("finbert/.git"),
			archivetest.Folder("finbert/1"))...)), s.sign(t, files), 2, "finbert/.git"},
	} {
		for name, store := range allStores(t) {
			t.Run(name+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				f := newFixture(t, store, "")
				store.Put(t, f.bucket, "models/m.bin", tt.object)
				store.Put(t, f.bucket, "models/m.sig", tt.bundle)
				got := f.set("MODEL_EXTRACT", "true", "MODEL_SIGNATURE", s.required(t), "MODEL_SHA256", sha256Hex(tt.object)).run(t)
				require.Equal(t, 0, got.ExitCode, got.stderr)
				require.Equal(t, "key", got.Artifacts[0].Signature)
				require.Equal(t, tt.files, got.Artifacts[0].Files)
				if tt.absent != "" {
					_, err := os.Lstat(f.path(tt.absent))
					require.ErrorIs(t, err, fs.ErrNotExist)
				}
				require.Equal(t, "unchanged", f.run(t).Outcome)
			})
		}
	}
}

// What was published without a signature, or with that of another signer, is downloaded again if one is required.
func TestSigned_publishedBefore(t *testing.T) {
	store := allStores(t)["s3"]
	f, s, stranger, model := newFixture(t, store, ""), newSigner(t), newSigner(t), []byte("weights")
	store.Put(t, f.bucket, "models/m.bin", model)
	store.Put(t, f.bucket, "models/m.sig", s.sign(t, map[string][]byte{"m": model}))
	f.set("MODEL_SHA256", sha256Hex(model))
	got := f.run(t)
	require.Equal(t, "done", got.Outcome)
	require.Equal(t, "none", got.Artifacts[0].Signature)
	require.Equal(t, "unchanged", f.run(t).Outcome)

	f.set("MODEL_SIGNATURE", s.required(t))
	got = f.run(t)
	require.Equal(t, "done", got.Outcome, "the marker has no signature")
	require.Equal(t, "key", got.Artifacts[0].Signature)
	got = f.run(t)
	require.Equal(t, "unchanged", got.Outcome)
	require.Equal(t, "key", got.Artifacts[0].Signature)

	f.set("MODEL_SIGNATURE", stranger.required(t))
	got = f.run(t)
	require.Equal(t, 9, got.ExitCode, "the marker has the signature of another signer")
	require.Equal(t, model, f.readFile(t, "m.bin"), "a refused model replaces nothing")

	delete(f.env, "MODEL_SIGNATURE")
	require.Equal(t, "unchanged", f.run(t).Outcome)
}

// Each artifact has a signature of its own.
func TestSigned_artifacts(t *testing.T) {
	store := allStores(t)["gcs"]
	f, s := newFixture(t, store, ""), newSigner(t)
	store.Put(t, f.bucket, "models/m.bin", []byte("weights"))
	store.Put(t, f.bucket, "data.csv", []byte("1,2"))
	store.Put(t, f.bucket, "models/m.sig", s.sign(t, map[string][]byte{"data.csv": []byte("1,2")}))
	f.set("ARTIFACTS", fmt.Sprintf(`[{"bucket":%q,"path":"data.csv","dest":"data.csv","signature":%s}]`, f.bucket, s.required(t)))
	got := f.run(t)
	require.Equal(t, 0, got.ExitCode, got.stderr)
	require.Equal(t, "none", got.Artifacts[0].Signature)
	require.Equal(t, "key", got.Artifacts[1].Signature)
	store.Put(t, f.bucket, "data.csv", []byte("1,3"))
	got = f.run(t)
	require.Equal(t, 9, got.ExitCode)
	require.True(t, strings.HasPrefix(got.Message, "data.csv: "), got.Message)
	_, err := os.Stat(f.path("m.bin"))
	require.NoError(t, err)
}

// Signatures of parts of files, and of objects that are decoded.
func TestSigned_shards(t *testing.T) {
	store := allStores(t)["gcs"]
	s, model := newSigner(t), randomBytes(5, 250_000)
	var shards [][2]string
	for from := 0; from < len(model); from += 100_000 {
		to := min(from+100_000, len(model))
		shards = append(shards, [2]string{fmt.Sprintf("m:%d:%d", from, to), sha256Hex(model[from:to])})
	}
	bundle := s.signStatement(t, `{"method":"shards","hash_type":"sha256","shard_size":100000,"allow_symlinks":false}`, shards...)
	changed := append([]byte(nil), model...)
	changed[249_999] ^= 1
	for _, tt := range []struct {
		name   string
		object func(model []byte) []byte
		pairs  []string
	}{
		{"a file", func(m []byte) []byte { return m }, []string{"FETCH_PART_SIZE", "65536"}},
		{"an archive", func(m []byte) []byte { return archivetest.Gzip(t, archivetest.Tar(t, archivetest.File("m", m))) },
			[]string{"MODEL_EXTRACT", "true"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for exit, content := range map[int][]byte{0: model, 9: changed} {
				f := newFixture(t, store, "").set(tt.pairs...).set("MODEL_SIGNATURE", s.required(t))
				store.Put(t, f.bucket, "models/m.bin", tt.object(content))
				store.Put(t, f.bucket, "models/m.sig", bundle)
				got := f.run(t)
				require.Equal(t, exit, got.ExitCode, got.stderr)
			}
		})
	}
}

// Links that the signer has followed are signed with the content of what they lead to.
func TestSigned_links(t *testing.T) {
	store := allStores(t)["s3"]
	s, digest := newSigner(t), sha256Hex([]byte("x"))
	bundle := s.signStatement(
		t,
		`{"method":"files","hash_type":"sha256","allow_symlinks":true}`,
		[2]string{"a/m", digest},
		[2]string{"n", digest},
	)
	for _, tt := range []struct {
		name    string
		entries []archivetest.Entry
		exit    int
	}{
		{"as signed", []archivetest.Entry{archivetest.File("a/m", []byte("x")), archivetest.Symlink("n", "a/m")}, 0},
		{"in a chain, before the file", []archivetest.Entry{
			archivetest.Symlink("n", "b/m"), archivetest.Symlink("b", "a"), archivetest.File("a/m", []byte("x")),
		}, 9},
		{"through folders", []archivetest.Entry{
			archivetest.Symlink("n", "b/.././a/m"), archivetest.Folder("b"), archivetest.File("a/m", []byte("x")),
		}, 0},
		{"a hard link", []archivetest.Entry{archivetest.File("a/m", []byte("x")), archivetest.HardLink("n", "a/m")}, 0},
		{"another link", []archivetest.Entry{
			archivetest.File("a/m", []byte("x")), archivetest.Symlink("n", "a/m"), archivetest.Symlink("o", "a/m"),
		}, 9},
		{"to a file that is not signed", []archivetest.Entry{
			archivetest.File("a/m", []byte("x")), archivetest.File(".git/m", []byte("y")), archivetest.Symlink("n", ".git/m"),
		}, 9},
		{"to a file that is ignored, with the signed content", []archivetest.Entry{
			archivetest.File("a/m", []byte("x")), archivetest.File(".git/m", []byte("x")), archivetest.Symlink("n", ".git/m"),
		}, 9},
		{"through a link that is ignored", []archivetest.Entry{
			archivetest.File("a/m", []byte("x")), archivetest.Symlink(".git", "a"), archivetest.Symlink("n", ".git/m"),
		}, 9},
		{"through a folder that is ignored", []archivetest.Entry{
			archivetest.File("a/m", []byte("x")), archivetest.Folder(".git"), archivetest.Symlink("n", ".git/../a/m"),
		}, 9},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t, store, "").set("MODEL_EXTRACT", "true", "MODEL_SIGNATURE", s.required(t))
			store.Put(t, f.bucket, "models/m.bin", archivetest.Tar(t, tt.entries...))
			store.Put(t, f.bucket, "models/m.sig", bundle)
			got := f.run(t)
			require.Equal(t, tt.exit, got.ExitCode, got.stderr)
		})
	}
}

// An object with a Content-Encoding was signed before it was compressed for the upload, or afterwards.
func TestSigned_encoded(t *testing.T) {
	s, model := newSigner(t), randomBytes(7, 200_000)
	packed := archivetest.Tar(t, archivetest.File("m", model))
	sign := func(content []byte) []byte { return s.sign(t, map[string][]byte{"m": content}) }
	for _, tt := range []struct {
		name            string
		content, signed []byte
		extract         string
		exit            int
	}{
		{"an archive, as it was", packed, packed, "true", 0},
		{"an archive, as stored", packed, archivetest.Gzip(t, packed), "true", 0},
		{"an archive's content", packed, model, "true", 0},
		{"another archive", packed, archivetest.Tar(t, archivetest.File("n", model)), "true", 9},
		{"a file", model, model, "false", 0},
		{"a file, as stored", model, archivetest.Gzip(t, model), "false", 9},
	} {
		for name, store := range encodedStores(t) {
			t.Run(name+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				f := newFixture(t, store, "").set("MODEL_EXTRACT", tt.extract, "MODEL_SIGNATURE", s.required(t))
				store.PutGzipped(t, f.bucket, "models/m.bin", archivetest.Gzip(t, tt.content))
				store.Put(t, f.bucket, "models/m.sig", sign(tt.signed))
				got := f.run(t)
				require.Equal(t, tt.exit, got.ExitCode, got.stderr)
				if tt.exit == 0 {
					require.Equal(t, model, f.readFile(t, map[string]string{"true": "m", "false": "m.bin"}[tt.extract]))
				}
			})
		}
	}
}
