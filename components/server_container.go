package components

import (
	"maps"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
)

// Ephemeral storage besides the artifacts, in bytes: a container's logs and /tmp.
const (
	logBytes = 64 << 20
	tmpBytes = 64 << 20
)

// portName is the name of the server's port, for probes and the Service.
const portName = "http"

const (
	// preStopSeconds is how long a pod that is being deleted still gets requests from the cluster, until every node
	// has removed it from its endpoints.
	preStopSeconds = 5
	// lbPreStopSeconds is the same for requests from a load balancer.
	lbPreStopSeconds = 20
	// drainSeconds is the time for the requests that are in progress then.
	drainSeconds = 30
)

// startupPeriod is the period of the startup probe. It is short because it delays every model update.
const startupPeriod = time.Second

// ServerArgs are the settings of the container that serves the model.
type ServerArgs struct {
	// Image of the model server.
	Image string
	// Port that it listens on.
	Port int
	// Env besides the variables of the artifacts.
	Env map[string]string
	// Resources of the container.
	Resources config.ResourceRequirements
	// GPUs is the number of GPUs of the container.
	GPUs int
	// HealthPath of the probes.
	HealthPath string
	// Startup is the time limit for loading the model.
	Startup time.Duration
	// MetricsPath that Prometheus scrapes, "" for none.
	MetricsPath string
	// ScrapeAnnotations adds Prometheus annotations to the pods.
	ScrapeAnnotations bool
	// BehindLoadBalancer reports whether a load balancer of the cloud connects to the pods.
	BehindLoadBalancer bool
}

// preStopSeconds returns how long a pod that is being deleted still serves requests.
func (s ServerArgs) preStopSeconds() int {
	if s.BehindLoadBalancer {
		return lbPreStopSeconds
	}
	return preStopSeconds
}

// gracePeriodSeconds returns the termination grace period of the pods. It includes the time of the preStop hook.
func (s ServerArgs) gracePeriodSeconds() int { return s.preStopSeconds() + drainSeconds }

// serverContainer returns the container of the model server. It mounts the artifacts read-only.
func (a *ModelDeploymentArgs) serverContainer() *corev1.ContainerArgs {
	probe := func(period time.Duration, failures int) *corev1.ProbeArgs {
		return &corev1.ProbeArgs{
			HttpGet:          &corev1.HTTPGetActionArgs{Path: pulumi.String(a.Server.HealthPath), Port: pulumi.String(portName)},
			PeriodSeconds:    pulumi.Int(int(period.Seconds())),
			FailureThreshold: pulumi.Int(failures),
			TimeoutSeconds:   pulumi.Int(3),
		}
	}
	return &corev1.ContainerArgs{
		Name:  pulumi.String("server"),
		Image: pulumi.String(a.Server.Image),
		Env:   a.serverEnv(),
		Ports: corev1.ContainerPortArray{&corev1.ContainerPortArgs{
			Name: pulumi.String(portName), ContainerPort: pulumi.Int(a.Server.Port),
		}},
		Resources:       a.serverResources(),
		SecurityContext: containerSecurityContext(),
		VolumeMounts:    a.serverMounts(),
		StartupProbe:    probe(startupPeriod, int(math.Ceil(a.Server.Startup.Seconds()/startupPeriod.Seconds()))),
		ReadinessProbe:  probe(5*time.Second, 3),
		LivenessProbe:   probe(10*time.Second, 3),
		// A server that cannot load its model says why on its log: the end of it appears in the pod's status.
		TerminationMessagePolicy: pulumi.String("FallbackToLogsOnError"),
		Lifecycle: &corev1.LifecycleArgs{PreStop: &corev1.LifecycleHandlerArgs{
			Sleep: &corev1.SleepActionArgs{Seconds: pulumi.Int(a.Server.preStopSeconds())},
		}},
	}
}

func (a *ModelDeploymentArgs) serverResources() *corev1.ResourceRequirementsArgs {
	r := withEphemeralStorage(a.Server.Resources, a.VolumeBytes+tmpBytes+logBytes)
	limits := quantities(r.Limits)
	if a.Server.GPUs > 0 { // Kubernetes uses the limit as the request, too
		limits[gpuResource] = pulumi.String(strconv.Itoa(a.Server.GPUs))
	}
	return &corev1.ResourceRequirementsArgs{Requests: quantities(r.Requests), Limits: limits}
}

// serverEnv returns the server's variables, with the paths of the artifacts.
func (a *ModelDeploymentArgs) serverEnv() corev1.EnvVarArray {
	env := maps.Clone(a.Server.Env)
	if env == nil {
		env = map[string]string{}
	}
	for _, artifact := range a.Artifacts {
		if artifact.Env != "" {
			// Kubernetes replaces $(NAME) in a value by another variable, and $$ by $.
			// https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
			env[artifact.Env] = strings.ReplaceAll(path.Join(a.ModelFolder, artifact.ServerPath()), "$", "$$")
		}
	}
	return envVars(env)
}

// envVars returns a container's variables sorted by name, so that the pod template does not change from run to run.
func envVars(env map[string]string) corev1.EnvVarArray {
	var vars corev1.EnvVarArray
	for _, name := range slices.Sorted(maps.Keys(env)) {
		vars = append(vars, &corev1.EnvVarArgs{Name: pulumi.String(name), Value: pulumi.String(env[name])})
	}
	return vars
}

func (a *ModelDeploymentArgs) serverMounts() corev1.VolumeMountArray {
	tmp := &corev1.VolumeMountArgs{Name: pulumi.String(tmpVolume), MountPath: pulumi.String("/tmp")}
	if a.CSIVolume != nil {
		return append(a.csiVolumeMounts(), tmp)
	}
	mounts := corev1.VolumeMountArray{
		&corev1.VolumeMountArgs{
			Name: pulumi.String(modelVolume), MountPath: pulumi.String(a.ModelFolder), ReadOnly: pulumi.Bool(true),
		},
		tmp,
	}
	for _, artifact := range a.Artifacts {
		if artifact.Mount == "" {
			continue
		}
		mounts = append(mounts, &corev1.VolumeMountArgs{
			Name: pulumi.String(modelVolume), MountPath: pulumi.String(artifact.Mount),
			SubPath: pulumi.String(artifact.ServerPath()), ReadOnly: pulumi.Bool(true),
		})
	}
	return mounts
}
