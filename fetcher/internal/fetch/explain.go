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

// Explain writes to w what Run would do: what would come from where, with
// which checks, and where it would go. It asks the store for what it knows of
// each object, once, and touches neither their bytes nor the model folder. The
// error is that of the run, as far as it can be told beforehand.
func Explain(ctx context.Context, req request.Request, open Opener, log *slog.Logger, w io.Writer) error {
	ctx, cancel := context.WithTimeoutCause(ctx, req.Timeout, errOutOfTime)
	defer cancel()
	// Who looks on does not want to wait for a store's bad minute.
	req.Retries, req.IdentityWait = 0, min(req.IdentityWait, 2*time.Second)
	r := newRun(req, nil, open, log)
	if err := r.connect(ctx); err != nil {
		return ended(ctx, req, err)
	}
	objects, faults := r.ask(ctx)
	fmt.Fprintf(w, "%d artifacts from %s into %s, all or none\n", len(objects), req.Cloud, req.Folder)
	for i, a := range req.Artifacts {
		fmt.Fprintf(w, "\n%s\n  from     %s\n", a.Dest, req.URL(a))
		if faults[i] != nil {
			fmt.Fprintf(w, "  fails    %s\n", faults[i])
			continue
		}
		explain(w, req, a, objects[i])
	}
	fmt.Fprintf(w, "\n%d bytes in ranges of %d, %d at once\n", r.missing(objects), req.PartSize, req.Parallel)
	if err := final(faults); err != nil {
		return ended(ctx, req, err)
	}
	return nil
}

func explain(w io.Writer, req request.Request, a request.Artifact, object source.Object) {
	version := "none: the bucket keeps no versions"
	switch {
	case a.Version != "":
		version = object.Version + ", pinned"
	case object.Version != "":
		version = object.Version + ", the live one"
	}
	declared := ""
	if a.Size != 0 {
		declared = ", as declared"
	}
	place := path.Join(req.Folder, a.Dest)
	if a.Extract {
		place = "extracted into " + path.Dir(place)
	}
	fmt.Fprintf(w, "  to       %s\n  size     %d bytes%s\n  version  %s\n", place, object.Size, declared, version)
	for _, check := range checks(a, object) {
		fmt.Fprintf(w, "  check    %s\n", check)
	}
}

// checks are what the artifact's bytes are compared with.
func checks(a request.Artifact, object source.Object) []string {
	var all []string
	if a.SHA256 != "" {
		all = append(all, "SHA-256 "+a.SHA256+", pinned")
	}
	if object.Checksum.Known() {
		all = append(all, object.Checksum.String()+", the store's own")
	}
	if len(all) == 0 {
		all = append(all, "the size alone: pin the digest, or upload the object with a checksum of the whole")
	}
	return all
}
