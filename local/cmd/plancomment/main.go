// Command plancomment writes one comment with the plans that ferry preview has written as JSON. A job that may write
// comments runs it from the base branch: the plans come from the code of a pull request, this program does not.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/modelferry/modelferry/local/internal/planreport"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "plancomment: %v\n", err)
		os.Exit(1)
	}
}

// run writes the comment for the plans in files.
func run(files []string, out io.Writer) error {
	if len(files) == 0 {
		return errors.New("missing plans: must be files that ferry preview --base REF --out FILE.json has written")
	}
	var reports []planreport.Report
	for _, name := range files {
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		more, err := planreport.ReadJSON(file)
		if err := errors.Join(err, file.Close()); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		reports = append(reports, more...)
	}
	_, err := io.WriteString(out, planreport.Comment(reports...))
	return err
}
