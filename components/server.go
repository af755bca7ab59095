package components

import (
	"maps"
	"math"
	"path"
	"slices"
	"strconv"
	"time"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Room besides the artifacts: a container's logs, and its /tmp.
const (
	logBytes = 64 << 20
	tmpBytes = 64 << 20
)

// portName is how probes and the Service refer to the server's port.
const portName = "http"

// How long a pod that is to go serves on, in seconds, until nobody sends it a
// request any more: a node knows within a few, a load balancer later. Then
// what it has begun may take as long as grace.
const (
	preStopSeconds   = 5
	lbPreStopSeconds = 20
	drainSeconds     = 30
)

// startupPeriod is how often a starting server is asked. Short, because it
// adds to every model update.
const startupPeriod = time.Second

// ServerArgs is the container that serves the model.
type ServerArgs struct {
	// Image of the model server.
	Image string
	// Port that it listens on.
	Port int
	// Env besides the artifacts' own variables.
	Env map[string]string
	// Resources of the container.
	Resources Resources
	// GPUs that the container has for itself.
	GPUs int
	// HealthPath of the probes; Startup is the time that loading the model may take.
	HealthPath string
	Startup    time.Duration
	// MetricsPath that Prometheus scrapes, or ""; Annotated tells whether the
	// pods' annotations say so.
	MetricsPath       string
	ScrapeAnnotations bool
	// BehindLoadBalancer tells that a load balancer of the cloud speaks to the pods themselves.
	BehindLoadBalancer bool
}

func (s ServerArgs) preStopSeconds() int {
	if s.BehindLoadBalancer {
		return lbPreStopSeconds
	}
	return preStopSeconds
}

// server returns the main container. It sees the artifacts read-only.
func (a *ModelDeploymentArgs) server() *corev1.ContainerArgs {
	probe := func(period time.Duration, failures int) *corev1.ProbeArgs {
		return &corev1.ProbeArgs{
			HttpGet:          &corev1.HTTPGetActionArgs{Path: pulumi.String(a.Server.HealthPath), Port: pulumi.String(portName)},
			PeriodSeconds:    pulumi.Int(int(period.Seconds())),
			FailureThreshold: pulumi.Int(failures),
			TimeoutSeconds:   pulumi.Int(3),
		}
	}
	return &corev1.ContainerArgs{
		Name:            pulumi.String("server"),
		Image:           pulumi.String(a.Server.Image),
		Env:             a.serverEnv(),
		Ports:           corev1.ContainerPortArray{&corev1.ContainerPortArgs{Name: pulumi.String(portName), ContainerPort: pulumi.Int(a.Server.Port)}},
		Resources:       a.serverResources(),
		SecurityContext: containerSecurityContext(),
		VolumeMounts:    a.serverMounts(),
		StartupProbe:    probe(startupPeriod, int(math.Ceil(a.Server.Startup.Seconds()/startupPeriod.Seconds()))),
		ReadinessProbe:  probe(5*time.Second, 3),
		LivenessProbe:   probe(10*time.Second, 3),
		Lifecycle: &corev1.LifecycleArgs{PreStop: &corev1.LifecycleHandlerArgs{
			Sleep: &corev1.SleepActionArgs{Seconds: pulumi.Int(a.Server.preStopSeconds())},
		}},
	}
}

func (a *ModelDeploymentArgs) serverResources() *corev1.ResourceRequirementsArgs {
	r := a.Server.Resources.withStorage(a.VolumeBytes + tmpBytes + logBytes)
	limits := r.Limits.quantities()
	if a.Server.GPUs > 0 { // GPUs are not shared: the limit is the request, too
		limits[gpuResource] = pulumi.String(strconv.Itoa(a.Server.GPUs))
	}
	return &corev1.ResourceRequirementsArgs{Requests: r.Requests.quantities(), Limits: limits}
}

// serverEnv returns the server's variables, the artifacts' among them.
func (a *ModelDeploymentArgs) serverEnv() corev1.EnvVarArray {
	env := maps.Clone(a.Server.Env)
	if env == nil {
		env = map[string]string{}
	}
	for _, artifact := range a.Artifacts {
		if artifact.EnvVar != "" {
			env[artifact.EnvVar] = path.Join(a.ModelFolder, artifact.ServerPath)
		}
	}
	return envVars(env)
}

// envVars returns a container's in the order of their names, so that two runs
// of the program make the same pod.
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
		&corev1.VolumeMountArgs{Name: pulumi.String(modelVolume), MountPath: pulumi.String(a.ModelFolder), ReadOnly: pulumi.Bool(true)}, tmp,
	}
	for _, artifact := range a.Artifacts {
		if artifact.MountPath == "" {
			continue
		}
		mounts = append(mounts, &corev1.VolumeMountArgs{
			Name: pulumi.String(modelVolume), MountPath: pulumi.String(artifact.MountPath),
			SubPath: pulumi.String(artifact.ServerPath), ReadOnly: pulumi.Bool(true),
		})
	}
	return mounts
}
