package command

import (
	"io"

	"github.com/modelferry/modelferry/cli/internal/progress"
)

// newProgress returns a function that shows an upload: on a terminal as a bar that is drawn again, elsewhere in lines.
func newProgress(out io.Writer) func(name string, size int64) (sent func(bytes int64), done func()) {
	inPlace := isTerminal(out)
	return func(name string, size int64) (sent func(bytes int64), done func()) {
		upload := progress.New(out, inPlace, name, size)
		return upload.Set, upload.Done
	}
}
