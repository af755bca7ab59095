package fetch

import (
	"github.com/modelferry/modelferry/fetcher/internal/crc"
	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/source"
	"github.com/modelferry/modelferry/fetcher/internal/transfer"
	"github.com/modelferry/modelferry/fetcher/request"
)

// How far an artifact's bytes were verified, the strongest first. Their
// number and their version are checked in any case.
const (
	verifiedBySHA256 = "sha256"
	verifiedByCRC    = "crc"
	verifiedBySize   = "size"
)

// needsSHA256 says whether the artifact's SHA-256 is computed: to compare it, or
// because nothing else would tell later what was fetched.
func needsSHA256(a request.Artifact, object source.Object) bool {
	return a.SHA256 != "" || !object.Checksum.Known()
}

// verifyDigest compares what came with the store's own checksum, then with the
// pinned digest, and says which level that reached. The order matters: bytes
// that are not those in the store were spoilt on their way, and may come right
// the next time; bytes that are, and have another digest, never will.
func verifyDigest(url string, a request.Artifact, object source.Object, digest transfer.Digest) (string, error) {
	stored := object.Checksum
	if stored.Known() && stored.Value != digest.CRC {
		got := crc.Checksum{Algorithm: stored.Algorithm, Value: digest.CRC}
		return "", fetcherr.New(fetcherr.Corrupted, "%s was corrupted in transit: received %s, the store reports %s", url, got, stored).
			WithHint("if it happens again, check proxies and the node's memory and disk")
	}
	switch {
	case a.SHA256 != "" && a.SHA256 == digest.SHA256:
		return verifiedBySHA256, nil
	case a.SHA256 != "":
		return "", fetcherr.New(fetcherr.Integrity, "%s has SHA-256 %s, not the pinned %s", url, digest.SHA256, a.SHA256).
			WithHint("the object is not the released one: publish it again or correct the digest")
	case stored.Known():
		return verifiedByCRC, nil
	}
	return verifiedBySize, nil
}
