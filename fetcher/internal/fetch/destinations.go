package fetch

import (
	"fmt"
	"log/slog"
	"path"

	"github.com/modelferry/modelferry/fetcher/internal/publish"
	"github.com/modelferry/modelferry/fetcher/internal/source"
	"github.com/modelferry/modelferry/fetcher/request"
)

func destinations(req request.Request) []string {
	dests := make([]string, len(req.Artifacts))
	for i, a := range req.Artifacts {
		dests[i] = a.Dest
	}
	return dests
}

// warnMissingDestinations logs and returns a message for each archive whose dest does not exist after its extraction. A
// dest with the suffix of an archive is not expected to exist: it only names the folder.
func warnMissingDestinations(folder *publish.Folder, req request.Request, log *slog.Logger) []string {
	var messages []string
	for i, a := range req.Artifacts {
		if !a.Extract || request.HasArchiveSuffix(a.Dest) || folder.Contains(a.Dest) {
			continue
		}
		variable := "LOCAL_MODEL_PATH"
		if i > 0 {
			variable = fmt.Sprintf("ARTIFACTS[%d].dest", i-1)
		}
		message := fmt.Sprintf("%s %s does not exist: %s was extracted into %s, and has no entry %q",
			variable, source.Quote(path.Join(req.Folder, a.Dest)), source.Quote(req.URL(a)),
			source.Quote(path.Join(req.Folder, a.Folder())), path.Base(a.Dest))
		log.Warn(message)
		messages = append(messages, message)
	}
	return messages
}
