package fetcherexporter

import (
	"github.com/prometheus/client_golang/prometheus"
	corev1 "k8s.io/api/core/v1"

	"github.com/modelferry/modelferry/cli/diagnosis"
)

// podLabels are the labels of every series. Their names are those of kube-state-metrics, so that series can be joined:
// https://github.com/kubernetes/kube-state-metrics/blob/v2.18.0/docs/metrics/workload/pod-metrics.md
var podLabels = []string{"namespace", "pod", "uid", "container"}

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("modelferry_fetcher_"+name, help, append(append([]string{}, podLabels...), labels...), nil)
}

var (
	exitCodeDesc = desc("exit_code", "Exit code of the last run of the pod's fetcher that has ended. The label outcome is the "+
		"word in its summary, or Kubernetes' reason if it ended without one.", "outcome")
	finishedDesc = desc("finished_timestamp_seconds", "Unix time at which that run ended.")
	durationDesc = desc("duration_seconds", "Duration of that run.")
	bytesDesc    = desc("bytes", "Bytes of the artifacts of that run.")
	attemptsDesc = desc("attempts", "Attempts of that run.")
	artifactDesc = desc("artifact_info", "1 for each artifact that the run has published. The label sha256 is that of the object "+
		"in the bucket.", "source", "version", "sha256", "verified")
)

// collector has the metrics of a list of pods.
type collector []corev1.Pod

// Describe implements prometheus.Collector.
func (c collector) Describe(descs chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{exitCodeDesc, finishedDesc, durationDesc, bytesDesc, attemptsDesc, artifactDesc} {
		descs <- d
	}
}

// Collect implements prometheus.Collector. Pods whose fetcher has not ended yet have no metrics.
func (c collector) Collect(metrics chan<- prometheus.Metric) {
	for i := range c {
		pod := &c[i]
		summary, ended := diagnosis.Fetched(pod)
		if !ended {
			continue
		}
		gauge := func(d *prometheus.Desc, value float64, labels ...string) {
			values := append([]string{pod.Namespace, pod.Name, string(pod.UID), diagnosis.FetcherContainer}, labels...)
			metrics <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, values...)
		}
		outcome := summary.Outcome
		if outcome == "" {
			outcome = summary.Reason
		} else {
			gauge(bytesDesc, float64(summary.Bytes))
			gauge(attemptsDesc, float64(summary.Attempts))
		}
		gauge(exitCodeDesc, float64(summary.ExitCode), outcome)
		gauge(finishedDesc, float64(summary.Finished.Unix()))
		gauge(durationDesc, summary.Seconds)
		published := map[diagnosis.FetchedArtifact]bool{} // two destinations may have the same object
		for _, artifact := range summary.Artifacts {
			if !published[artifact] {
				gauge(artifactDesc, 1, artifact.Source, artifact.Version, artifact.SHA256, artifact.Verified)
			}
			published[artifact] = true
		}
	}
}
