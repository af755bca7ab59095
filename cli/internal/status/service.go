package status

import (
	"cmp"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/modelferry/modelferry/cli/diagnosis"
	"github.com/modelferry/modelferry/config"
)

// artifactAnnotation is the beginning of the pods' annotations that name their artifacts: path@sha256:digest, without a
// digest if none is pinned or the bucket is mounted.
const artifactAnnotation = "artifact.modelferry.dev/"

// service returns the state of a service. deployment is nil if it has not been deployed, wanted is empty if it has no
// release.
func (o objects) service(name string, deployment *appsv1.Deployment, wanted []config.ResolvedArtifact) Service {
	s := Service{Name: name, Artifacts: []Artifact{}}
	var pods []corev1.Pod
	if deployment == nil {
		s.Problems = append(s.Problems, "not deployed")
	} else {
		pods = o.readyPods(name)
		s.ReadyPods, s.WantedPods = int32(len(pods)), replicas(deployment)
		if set := diagnosis.NewestReplicaSet(o.ReplicaSets, deployment.UID); set != nil {
			created := set.CreationTimestamp.Time
			s.Since = &created
		}
	}
	for _, pod := range pods {
		if summary, ok := diagnosis.Fetched(&pod); ok {
			s.FetchSeconds = max(s.FetchSeconds, summary.Seconds)
		}
	}
	for _, finding := range o.findings {
		if deployment != nil && finding.Deployment == deployment.Name {
			s.Problems = append(s.Problems, finding.Status)
			for _, problem := range finding.Problems {
				s.Problems = append(s.Problems, problem.String())
			}
		}
	}
	s.InSync = len(s.Problems) == 0 && len(pods) > 0 && len(wanted) > 0
	for _, artifact := range artifacts(wanted, pods) {
		s.Artifacts = append(s.Artifacts, artifact)
		s.InSync = s.InSync && artifact.inSync()
	}
	return s
}

func replicas(deployment *appsv1.Deployment) int32 {
	if deployment.Spec.Replicas == nil {
		return 1 // the default of the API
	}
	return *deployment.Spec.Replicas
}

// readyPods returns the pods of a service that serve.
func (o objects) readyPods(service string) []corev1.Pod {
	var ready []corev1.Pod
	for _, pod := range o.Pods {
		if pod.Labels[diagnosis.ServiceLabel] == service && pod.DeletionTimestamp == nil && diagnosis.IsPodReady(&pod) {
			ready = append(ready, pod)
		}
	}
	return ready
}

// artifacts returns the wanted artifacts, then those that only pods have.
func artifacts(wanted []config.ResolvedArtifact, pods []corev1.Pod) []Artifact {
	var result []Artifact
	for _, artifact := range wanted {
		result = append(result, Artifact{
			Name: artifact.Name, Wanted: &Version{artifact.Path, strings.ToLower(artifact.SHA256)}, Running: running(artifact.Name, pods),
		})
	}
	var others []string
	for _, pod := range pods {
		for key := range pod.Annotations {
			name, ok := strings.CutPrefix(key, artifactAnnotation)
			known := slices.ContainsFunc(wanted, func(a config.ResolvedArtifact) bool { return a.Name == name })
			if ok && !known && !slices.Contains(others, name) {
				others = append(others, name)
			}
		}
	}
	slices.Sort(others)
	for _, name := range others {
		result = append(result, Artifact{Name: name, Running: running(name, pods)})
	}
	return result
}

// running returns the versions of an artifact in pods, the one in most pods first.
func running(name string, pods []corev1.Pod) []RunningVersion {
	versions := []RunningVersion{}
	for _, pod := range pods {
		annotation, ok := pod.Annotations[artifactAnnotation+name]
		if !ok {
			continue
		}
		version := podVersion(annotation, &pod)
		i := slices.IndexFunc(versions, func(v RunningVersion) bool {
			return v.Version == version.Version && v.Verified == version.Verified && v.Signature == version.Signature
		})
		if i < 0 {
			i, versions = len(versions), append(versions, version)
		}
		versions[i].Pods++
	}
	slices.SortStableFunc(versions, func(a, b RunningVersion) int { return cmp.Compare(b.Pods, a.Pods) })
	return versions
}

// podVersion returns the version in a pod: what its fetcher has reported, or what the pod was created for if Kubernetes
// has not kept the report.
func podVersion(annotation string, pod *corev1.Pod) RunningVersion {
	path, pinned, _ := strings.Cut(annotation, "@sha256:")
	summary, fetched := diagnosis.Fetched(pod)
	if !fetched && !hasFetcher(pod) {
		return RunningVersion{Version: Version{Path: path}, Verified: "csi"}
	}
	if artifact, ok := summary.Artifact(path); ok {
		return RunningVersion{
			Version: Version{path, strings.ToLower(artifact.SHA256)}, Verified: artifact.Verified, Signature: artifact.Signature,
		}
	}
	version := RunningVersion{Version: Version{path, strings.ToLower(pinned)}}
	if pinned != "" {
		version.Verified = "sha256" // a pod does not start with another digest
	}
	return version
}

func hasFetcher(pod *corev1.Pod) bool {
	return slices.ContainsFunc(pod.Spec.InitContainers, func(c corev1.Container) bool { return c.Name == diagnosis.FetcherContainer })
}

// inSync reports whether all pods serve the wanted version. Without a pinned digest, it is that of the path.
func (a Artifact) inSync() bool {
	if a.Wanted == nil || len(a.Running) != 1 || a.Running[0].Path != a.Wanted.Path {
		return false
	}
	return a.Wanted.SHA256 == "" || a.Running[0].Verified == "csi" || a.Running[0].SHA256 == a.Wanted.SHA256
}
