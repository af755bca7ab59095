package fetch

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"path"
	"time"

	"github.com/modelferry/modelferry/fetcher/internal/source"
	"github.com/modelferry/modelferry/fetcher/request"
)

// Explain writes to w what Run would do: the sources, the checks and the destinations. It requests only the metadata of
// the objects and does not access the model folder. The error is that of the run, as far as it is known in advance.
func Explain(ctx context.Context, req request.Request, open Opener, log *slog.Logger, w io.Writer) error {
	ctx, cancel := context.WithTimeoutCause(ctx, req.Timeout, errTimeout)
	defer cancel()
	// A person waits for the output: fail fast.
	req.Retries, req.IdentityWait = 0, min(req.IdentityWait, 2*time.Second)
	r := newRun(req, nil, open, log)
	r.openBodies = 0 // nothing is read
	if err := r.openSource(ctx); err != nil {
		return stopReason(ctx, req, err)
	}
	objects, errs := r.statAll(ctx)
	fmt.Fprintf(w, "%d artifacts from %s into %s, all or none\n", len(objects), req.Cloud, req.Folder)
	for i, a := range req.Artifacts {
		fmt.Fprintf(w, "\n%s\n  from     %s\n", source.Quote(a.Dest), source.Quote(req.URL(a)))
		if errs[i] != nil {
			fmt.Fprintf(w, "  fails    %s\n", errs[i])
			continue
		}
		writeArtifact(w, req, a, objects[i])
	}
	fmt.Fprintf(w, "\n%d bytes in ranges of %d, %d at once\n", r.remainingBytes(objects), req.PartSize, req.Parallel)
	if err := joinErrors(errs); err != nil {
		return stopReason(ctx, req, err)
	}
	return nil
}

func writeArtifact(w io.Writer, req request.Request, a request.Artifact, object source.Object) {
	version := "none: the bucket is not versioned"
	switch {
	case a.Version != "":
		version = object.Version + ", pinned"
	case object.Version != "":
		version = object.Version + ", the live version"
	}
	sizeNote := ""
	if a.Size != 0 {
		sizeNote = ", as declared"
	}
	destination := source.Quote(path.Join(req.Folder, a.Dest))
	if a.Extract {
		destination = "extracted into " + source.Quote(path.Join(req.Folder, a.Folder()))
	}
	fmt.Fprintf(w, "  to       %s\n  size     %d bytes%s\n  version  %s\n", destination, object.Size,
		sizeNote+explainEncoding(object), version)
	for _, check := range plannedChecks(a, object) {
		fmt.Fprintf(w, "  check    %s\n", check)
	}
}

// plannedChecks returns what the artifact's content will be compared with.
func plannedChecks(a request.Artifact, object source.Object) []string {
	var checks []string
	if a.SHA256 != "" {
		checks = append(checks, "SHA-256 "+a.SHA256+", pinned")
	}
	if object.Checksum.Known() {
		checks = append(checks, object.Checksum.String()+", reported by the store")
	}
	if len(checks) == 0 {
		checks = append(checks, "size only: pin the digest, or upload the object with a checksum of the whole object")
	}
	if s := a.Signature; s != nil {
		checks = append(checks, "signature "+source.Quote(s.Path)+", by "+s.Level())
	}
	return checks
}
