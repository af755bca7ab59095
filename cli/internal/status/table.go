package status

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"
)

// WriteTable writes the state of stacks as a table with a row for each artifact, and the problems below. now is for the
// age of rollouts.
func WriteTable(out io.Writer, stacks []Stack, now time.Time) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "STACK\tSERVICE\tARTIFACT\tWANTED\tRUNNING\tVERIFIED\tPODS\tFETCH\tAGE\tSTATE")
	for _, stack := range stacks {
		for _, service := range stack.Services {
			for i, artifact := range service.Artifacts {
				columns := service.columns(now)
				if i > 0 {
					columns = make([]string, len(columns)) // a table's rows have the same number of cells
				}
				row := append([]string{
					stack.Name, service.Name, artifact.Name,
					artifact.wantedText(), artifact.runningText(), artifact.verifiedText(),
				}, columns...)
				fmt.Fprintln(w, strings.Join(row, "\t"))
			}
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, stack := range stacks {
		if stack.Error != "" {
			fmt.Fprintf(out, "%s: %s\n", stack.Name, stack.Error)
		}
		for _, service := range stack.Services {
			for _, problem := range service.Problems {
				fmt.Fprintf(out, "%s: %s: %s\n", stack.Name, service.Name, problem)
			}
		}
	}
	return nil
}

// digestDigits are the digits of a digest that are shown, as in the path of a release.
const digestDigits = 12

// text returns the beginning of the digest, or the path of a version without one.
func (v Version) text() string {
	if len(v.SHA256) >= digestDigits {
		return v.SHA256[:digestDigits]
	}
	return v.Path
}

func (a Artifact) wantedText() string {
	if a.Wanted == nil {
		return "-"
	}
	return a.Wanted.text()
}

// runningText returns the version that runs, or the versions with their numbers of pods.
func (a Artifact) runningText() string {
	if len(a.Running) == 0 {
		return "-"
	}
	if len(a.Running) == 1 {
		return a.Running[0].text()
	}
	var texts []string
	for _, version := range a.Running {
		texts = append(texts, fmt.Sprintf("%s (%d)", version.text(), version.Pods))
	}
	return strings.Join(texts, ", ")
}

func (a Artifact) verifiedText() string {
	if len(a.Running) == 0 {
		return "-"
	}
	running := a.Running[0]
	switch {
	case running.Verified == "csi":
		return "unverified (csi)"
	case running.Signature != "" && running.Signature != "none":
		return running.Verified + ", signed (" + running.Signature + ")"
	}
	return cmp.Or(running.Verified, "-")
}

// columns returns the columns of a service that are the same for its artifacts: pods, seconds, age and state.
func (s Service) columns(now time.Time) []string {
	pods, seconds := fmt.Sprintf("%d/%d", s.ReadyPods, s.WantedPods), fmt.Sprintf("%.1fs", s.FetchSeconds)
	return []string{pods, seconds, s.age(now), s.state()}
}

func (s Service) age(now time.Time) string {
	if s.Since == nil {
		return "-"
	}
	return duration.HumanDuration(now.Sub(*s.Since))
}

// state returns a word for the service: whether it runs what is wanted.
func (s Service) state() string {
	switch {
	case s.InSync:
		return "in sync"
	case len(s.Problems) > 0:
		return "not ready"
	default:
		return "differs"
	}
}
