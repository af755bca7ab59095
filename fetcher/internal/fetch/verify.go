package fetch

import (
	"github.com/modelferry/modelferry/fetcher/internal/crc"
	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/source"
	"github.com/modelferry/modelferry/fetcher/internal/transfer"
	"github.com/modelferry/modelferry/fetcher/request"
)

// The levels of verification, strongest first. The size and the version are always checked.
const (
	verifiedBySHA256 = "sha256"
	verifiedByCRC    = "crc"
	verifiedBySize   = "size"
)

// needsSHA256 reports whether to compute the artifact's SHA-256: to compare it with the pinned or the signed one, or to
// record it if the store has no checksum.
func needsSHA256(a request.Artifact, object source.Object) bool {
	return a.SHA256 != "" || a.Signature != nil || !object.Checksum.Known()
}

// verifyDigest compares the digest with the pinned SHA-256 and the store's checksum, and returns the level reached. The
// pin decides: a store may report a checksum that is not one of the whole object. Content that matches neither was
// corrupted in transit, so a new attempt may succeed. Content that matches the store's checksum but not the pinned
// SHA-256 is the wrong object, so no attempt can succeed.
func verifyDigest(url string, a request.Artifact, object source.Object, digest transfer.Digest) (string, error) {
	stored := object.Checksum
	switch {
	case a.SHA256 != "" && a.SHA256 == digest.SHA256:
		return verifiedBySHA256, nil
	case stored.Known() && stored.Value != digest.CRC:
		got := crc.Checksum{Algorithm: stored.Algorithm, Value: digest.CRC}
		return "", fetcherr.New(fetcherr.Corrupted, "%s was corrupted in transit: received %s, the store reports %s", url, got, stored).
			WithHint("if it happens again, check proxies and the node's memory and disk")
	case a.SHA256 != "":
		return "", fetcherr.New(fetcherr.Integrity, "%s has SHA-256 %s, not the pinned %s", url, digest.SHA256, a.SHA256).
			WithHint("the object is not the released one: publish it again or correct the digest")
	case stored.Known():
		return verifiedByCRC, nil
	}
	return verifiedBySize, nil
}
