package diagnosis

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	corev1 "k8s.io/api/core/v1"
)

// FetcherContainer is the name of the init container that downloads a pod's artifacts.
const FetcherContainer = "fetcher"

// FetchSummary is what a pod's fetcher has reported in its termination message, see package fetcher/internal/report.
type FetchSummary struct {
	// Outcome is done, unchanged or the kind of an error.
	Outcome string `json:"outcome"`
	// Message is the error and its hint, empty on success.
	Message   string            `json:"message"`
	Artifacts []FetchedArtifact `json:"artifacts"`
	Bytes     int64             `json:"bytes"`
	Seconds   float64           `json:"seconds"`
	// Attempts counts the attempts of the run.
	Attempts int `json:"attempts"`
	// ExitCode is that of the container.
	ExitCode int32 `json:"-"`
	// Reason is that of the container, such as Completed, Error or OOMKilled.
	Reason string `json:"-"`
	// Finished is when the container has ended.
	Finished time.Time `json:"-"`
}

// FetchedArtifact is an artifact that the fetcher has downloaded.
type FetchedArtifact struct {
	// Source is the object's URL, such as gs://BUCKET/PATH.
	Source string `json:"source"`
	SHA256 string `json:"sha256"`
	// Version is the object's version in the store, such as a generation. It is empty if the store has none.
	Version string `json:"version"`
	// Verified is sha256 (the pinned digest), crc (the store's checksum) or size.
	Verified string `json:"verified"`
	// Signature is how the signature was verified, such as by key, or none. Earlier versions of the fetcher do not
	// report it.
	Signature string `json:"signature"`
}

// Fetched returns the summary of the last run of a pod's fetcher, or false if it has not ended or the pod has none.
func Fetched(pod *corev1.Pod) (FetchSummary, bool) {
	for _, container := range pod.Status.InitContainerStatuses {
		if container.Name != FetcherContainer {
			continue
		}
		terminated := container.State.Terminated
		if terminated == nil {
			terminated = container.LastTerminationState.Terminated
		}
		if terminated == nil {
			return FetchSummary{}, false
		}
		var summary FetchSummary
		if err := json.Unmarshal([]byte(terminated.Message), &summary); err != nil || summary.Outcome == "" {
			// The fetcher ended before it wrote a summary: the message is the end of its log.
			summary = FetchSummary{Message: strings.TrimSpace(terminated.Message)}
			summary.Seconds = terminated.FinishedAt.Sub(terminated.StartedAt.Time).Seconds()
		}
		summary.ExitCode, summary.Reason, summary.Finished = terminated.ExitCode, terminated.Reason, terminated.FinishedAt.Time
		return summary, true
	}
	return FetchSummary{}, false
}

// Artifact returns the artifact whose object has a path in its bucket.
func (s FetchSummary) Artifact(path string) (FetchedArtifact, bool) {
	for _, artifact := range s.Artifacts {
		if strings.HasSuffix(artifact.Source, "/"+path) {
			return artifact, true
		}
	}
	return FetchedArtifact{}, false
}

// String says in a line what the fetcher did.
func (s FetchSummary) String() string {
	if s.ExitCode != 0 {
		return fmt.Sprintf("fetcher: exit code %d: %s", s.ExitCode, s.Message)
	}
	var verified []string
	for _, artifact := range s.Artifacts {
		level := artifact.Verified
		if artifact.Signature != "" && artifact.Signature != "none" {
			level += ", signed: " + artifact.Signature
		}
		verified = append(verified, fmt.Sprintf("%s %.12s (%s)", artifact.Source, artifact.SHA256, level))
	}
	return fmt.Sprintf("fetched %s in %.1f s: %s", humanize.Bytes(uint64(max(s.Bytes, 0))), s.Seconds, strings.Join(verified, ", "))
}
