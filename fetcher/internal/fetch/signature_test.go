package fetch

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/publish"
	"github.com/modelferry/modelferry/fetcher/internal/source"
	"github.com/modelferry/modelferry/fetcher/request"
	"github.com/modelferry/modelferry/fetcher/signature"
	"github.com/modelferry/modelferry/fetcher/signature/keyless/sigstoretest"
)

// An artifact that was staged in a way that does not verify its signature is not published.
func TestRun_publishUnverified(t *testing.T) {
	required := &request.Signature{Path: "m.sig", Signer: signature.Signer{Key: "a"}}
	other := &request.Signature{Path: "m.sig", Signer: signature.Signer{Key: "b"}}
	for _, tt := range []struct {
		name     string
		required *request.Signature
		signedBy string
		refused  bool
	}{
		{"not verified", required, "", true},
		{"verified by another key", required, other.SignedBy(), true},
		{"verified", required, required.SignedBy(), false},
		{"not required", nil, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			name := filepath.Join(t.TempDir(), "models")
			folder, err := publish.Open(name)
			require.NoError(t, err)
			defer folder.Close()
			root, err := folder.OpenArtifactStaging(0, true)
			require.NoError(t, err)
			defer root.Close()
			require.NoError(t, root.WriteFile("m", []byte("x"), 0o644))
			r := newRun(request.Request{Artifacts: []request.Artifact{{Dest: "m", Signature: tt.required}}}, folder, nil,
				slog.New(slog.DiscardHandler))
			r.staged[0] = &publish.StagedArtifact{Record: publish.Record{Dest: "m", Source: "s3://b/m", SignedBy: tt.signedBy}}
			_, err = r.publish()
			if !tt.refused {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, "m: s3://b/m: was downloaded, and not compared with its signature")
			require.Equal(t, fetcherr.Untrusted, fetcherr.KindOf(err))
			_, err = os.Lstat(filepath.Join(name, "m"))
			require.ErrorIs(t, err, os.ErrNotExist)
		})
	}
}

// bundleSource has bundles of one size. It counts how many bytes of them are being read.
type bundleSource struct {
	source.Source
	size            int64
	reading, atMost atomic.Int64
}

func (s *bundleSource) Stat(_ context.Context, ref source.Ref) (source.Object, error) {
	return source.Object{Ref: ref, Size: s.size}, nil
}

func (s *bundleSource) Read(context.Context, source.Object, int64, int64) (io.ReadCloser, error) {
	if now := s.reading.Add(s.size); now > s.atMost.Load() {
		s.atMost.Store(now)
	}
	return bundleBody{s, io.LimitReader(spaces{}, s.size)}, nil
}

func (s *bundleSource) URL(ref source.Ref) string { return ref.Key }

type bundleBody struct {
	source *bundleSource
	io.Reader
}

func (b bundleBody) Close() error {
	b.source.reading.Add(-b.source.size)
	return nil
}

// spaces is an endless document.
type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// Bundles are read whole: those of all artifacts together may not have more bytes than the largest one.
func TestRun_verifySignaturesInBoundedMemory(t *testing.T) {
	bundles := &bundleSource{size: signature.MaxBytes/2 - 1}
	artifacts := make([]request.Artifact, maxArtifacts)
	required := &request.Signature{Path: "m.sig", Signer: signature.Signer{
		Identity: sigstoretest.Identity, Issuer: sigstoretest.Issuer, TrustedRoot: string(sigstoretest.New(t).TrustedRoot(t)),
	}}
	for i := range artifacts {
		artifacts[i].Signature = required
	}
	r := newRun(request.Request{Artifacts: artifacts}, nil, nil, slog.New(slog.DiscardHandler))
	r.source = bundles
	require.ErrorContains(t, r.verifySignatures(t.Context()), "EOF")
	require.LessOrEqual(t, bundles.atMost.Load(), int64(signature.MaxBytes))
	require.Positive(t, bundles.atMost.Load())

	bundles.size = signature.MaxBytes + 1
	bundles.atMost.Store(0)
	require.ErrorContains(t, r.verifySignatures(t.Context()), "a signature bundle has 1 to")
	require.Zero(t, bundles.atMost.Load(), "nothing is read of a bundle that is too large")
}
