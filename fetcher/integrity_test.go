package main_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/faultproxy"
	"github.com/modelferry/modelferry/fetcher/internal/archivetest"
	"github.com/modelferry/modelferry/fetcher/storetest"
)

// The length of the response is right, so without a pinned digest only the store's checksum detects the flipped byte.
func TestIntegrity_flippedByteIsDownloadedAgain(t *testing.T) {
	const part = 64 << 10
	weights := randomBytes(8, 4*part)
	packed := archivetest.Tar(t, archivetest.File("m.bin", weights))
	for name, store := range allStores(t) {
		for kind, body := range map[string][]byte{"file": weights, "archive": packed, "gzip archive": archivetest.Gzip(t, packed)} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				t.Parallel()
				proxy := faultproxy.New(t, store.Endpoint())
				proxy.Inject(1, faultproxy.RangeFrom(2*part), faultproxy.FlipByte(777))
				f := newFixture(t, store, proxy.URL).set("FETCH_PART_SIZE", fmt.Sprint(part), "MODEL_EXTRACT", fmt.Sprint(kind != "file"))
				store.Put(t, f.bucket, "models/m.bin", body)
				got := f.run(t)
				require.Equal(t, 0, got.ExitCode, got.stderr)
				require.Equal(t, 2, got.Attempts)
				require.Contains(t, got.stderr, "was corrupted in transit")
				require.Equal(t, weights, f.readFile(t, "m.bin"))
				require.Equal(t, "crc", got.Artifacts[0].Verified)
			})
		}
	}
}

func TestIntegrity_persistentCorruptionFails(t *testing.T) {
	for name, store := range allStores(t) {
		t.Run(name, func(t *testing.T) {
			proxy := faultproxy.New(t, store.Endpoint())
			proxy.Inject(100, faultproxy.IsContent, faultproxy.FlipByte(777))
			f := newFixture(t, store, proxy.URL).set("FETCH_RETRIES", "2")
			failure{prepare: putObject("models/m.bin", randomBytes(8, 100_000)), exit: 5, outcome: "integrity",
				message: "%s was corrupted in transit: received CRC"}.check(t, f)
			require.Len(t, proxy.Requests(), 3)
		})
	}
}

// Without a checksum of the whole object only the size is checked, and the summary says so. A pinned digest needs no
// checksum.
func TestIntegrity_verificationLevel(t *testing.T) {
	store := storetest.S3(t)
	body := randomBytes(11, 12<<20)
	full, composite := types.ChecksumTypeFullObject, types.ChecksumTypeComposite
	tests := []struct {
		name   string
		put    func(t *testing.T, bucket, key string)
		sha256 string
		want   string
	}{
		{"CRC32", func(t *testing.T, bucket, key string) {
			t.Helper()
			store.PutWithChecksum(t, bucket, key, body, types.ChecksumAlgorithmCrc32)
		}, "", "crc"},
		{"CRC32C", func(t *testing.T, bucket, key string) {
			t.Helper()
			store.PutWithChecksum(t, bucket, key, body, types.ChecksumAlgorithmCrc32c)
		}, "", "crc"},
		{"CRC64NVME", func(t *testing.T, bucket, key string) {
			t.Helper()
			store.PutWithChecksum(t, bucket, key, body, types.ChecksumAlgorithmCrc64nvme)
		}, "", "crc"},
		{"no client checksum: S3 computes one", func(t *testing.T, bucket, key string) {
			t.Helper()
			store.PutWithChecksum(t, bucket, key, body, "")
		}, "", "crc"},
		{"multipart upload with a full-object checksum", func(t *testing.T, bucket, key string) {
			t.Helper()
			store.PutMultipart(t, bucket, key, body, types.ChecksumAlgorithmCrc64nvme, full)
		}, "", "crc"},
		{"multipart upload with a composite checksum", func(t *testing.T, bucket, key string) {
			t.Helper()
			store.PutMultipart(t, bucket, key, body, types.ChecksumAlgorithmCrc32c, composite)
		}, "", "size"},
		{"composite checksum and a pinned digest", func(t *testing.T, bucket, key string) {
			t.Helper()
			store.PutMultipart(t, bucket, key, body, types.ChecksumAlgorithmCrc32c, composite)
		}, sha256Hex(body), "sha256"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t, store, "").set("MODEL_SHA256", tt.sha256, "FETCH_PART_SIZE", fmt.Sprint(1<<20))
			tt.put(t, f.bucket, "models/m.bin")
			got := f.run(t)
			require.Equal(t, 0, got.ExitCode, got.stderr)
			require.Equal(t, tt.want, got.Artifacts[0].Verified)
			if tt.want != "crc" {
				require.Equal(t, sha256Hex(body), got.Artifacts[0].SHA256)
			}
			require.Equal(t, body, f.readFile(t, "m.bin"))
			require.Equal(t, tt.want, f.readMarker(t).Artifacts[0].Verified)
		})
	}
}

// Some stores report the composite checksum of a multipart upload as if it were one of the whole object.
func TestIntegrity_checksumOfUnknownKind(t *testing.T) {
	body := randomBytes(13, 100_000)
	tests := []struct {
		name, etag, sha256 string
		exit               int
		verified           string
	}{
		{"multipart upload, unpinned", `"25f9e794323b453885f5181f1b624d0b-3"`, "", 0, "size"},
		{"multipart upload, pinned", `"25f9e794323b453885f5181f1b624d0b-3"`, sha256Hex(body), 0, "sha256"},
		{"single upload, unpinned", `"25f9e794323b453885f5181f1b624d0b"`, "", 5, ""},
		{"single upload, pinned", `"25f9e794323b453885f5181f1b624d0b"`, sha256Hex(body), 0, "sha256"},
		{"single upload, another digest pinned", `"25f9e794323b453885f5181f1b624d0b"`, strings.Repeat("0", 64), 5, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			store := storetest.FakeS3(t)
			f := newFixture(t, store, "").set("MODEL_SHA256", tt.sha256, "FETCH_RETRIES", "0")
			store.PutObject(t, f.bucket, "models/m.bin", storetest.FakeObject{
				Body: body, ETag: tt.etag, NoChecksum: true, Header: map[string]string{"X-Amz-Checksum-Crc32c": "AAAAAA=="},
			})
			got := f.run(t)
			require.Equal(t, tt.exit, got.ExitCode, got.stderr)
			if tt.exit != 0 {
				require.Contains(t, got.Message, "was corrupted in transit")
				f.requireNothingPublished(t)
				return
			}
			require.Equal(t, tt.verified, got.Artifacts[0].Verified)
			require.Empty(t, got.Artifacts[0].Checksum, "a checksum that the content does not have")
			require.Equal(t, body, f.readFile(t, "m.bin"))
		})
	}
}
