package status

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"
)

// PrintTable prints the services as a table with one row for each pod.
func PrintTable(out io.Writer, services []Service) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SERVICE\tURL\tPOD\tSTATE\tMODEL\tSIZE\tSHA-256\tFETCHED")
	for _, service := range services {
		for _, pod := range service.Pods {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", service.Name, service.URL, pod.Name, pod.stateText(), pod.modelColumns())
		}
		if len(service.Pods) == 0 {
			fmt.Fprintf(w, "%s\t%s\tno pod\t\t\t\t\t\n", service.Name, service.URL)
		}
	}
	return w.Flush()
}

func (p *Pod) stateText() string {
	if p.Ready && p.State == "Running" {
		return "Ready"
	}
	if p.FetcherError != "" {
		return p.State + " (" + p.FetcherError + ")"
	}
	return p.State
}

func (p *Pod) modelColumns() string {
	if p.Model == nil {
		return "-\t-\t-\t-"
	}
	digest, size := p.Model.SHA256, p.Model.Bytes
	source := p.Model.Path
	if p.Model.Source != "" {
		source = p.Model.Source // of a real server, whose digest and size are the object's
	} else if len(p.Model.Artifacts) > 0 {
		// Show the object in the bucket. For an archive, the files on disk are different.
		digest, size, source = p.Model.Artifacts[0].SHA256, p.Model.Artifacts[0].Bytes, p.Model.Artifacts[0].Source
	}
	return fmt.Sprintf("%s\t%s\t%.12s\t%s in %.2fs", source, humanize.Bytes(uint64(size)), digest,
		p.Model.FetchedAt.Local().Format(time.TimeOnly), p.FetchSeconds)
}

// PrintRequests prints a command for each service that asks its server for a prediction. requests has a JSON body by
// service.
func PrintRequests(out io.Writer, services []Service, requests map[string]string) {
	fmt.Fprintln(out)
	for _, service := range services {
		fmt.Fprintf(out, "curl -s %s/predict -H 'content-type: application/json' -d '%s'\n", service.URL, requests[service.Name])
	}
}
