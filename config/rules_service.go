package config

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"
)

// checkServices checks the catalogue by itself; what a release adds is
// checked with it in checkReleases.
func (c Config) checkServices(f *Faults) {
	deployments, services, paths := map[string]string{}, map[string]string{}, map[string]string{}
	unique := func(at, kind, name, owner string, owners map[string]string) {
		if other, taken := owners[name]; taken {
			f.add(at, "%s %q is services.%s's already: give each service its own", kind, name, other)
		}
		owners[name] = owner
	}
	for _, name := range c.ServiceNames() {
		s, at := c.Services[name], "services."+name
		f.label(at, name)
		f.label(at+".deployment", s.Deployment)
		if len(validation.IsDNS1035Label(s.Service)) > 0 {
			f.add(at+".service", "%q is no Service's name: write a letter, then up to 62 small letters, digits and hyphens", s.Service)
		}
		unique(at+".deployment", "Deployment", s.Deployment, name, deployments)
		unique(at+".service", "Service", s.Service, name, services)
		unique(at+".path", "path", s.Path, name, paths)
		s.check(f, at)
	}
	c.checkPrefixes(f)
}

// checkPrefixes refuses prefixes that lie one in the other. In order, whatever
// begins with a prefix follows it, so that no service is held against all.
func (c Config) checkPrefixes(f *Faults) {
	names := c.ServiceNames()
	prefix := func(name string) string { return c.Services[name].Prefix }
	slices.SortStableFunc(names, func(a, b string) int { return strings.Compare(prefix(a), prefix(b)) })
	var around []string // those that the next one may lie in
	for _, name := range names {
		for len(around) > 0 && !strings.HasPrefix(prefix(name), prefix(around[len(around)-1])) {
			around = around[:len(around)-1]
		}
		for _, outer := range around {
			first, second := min(outer, name), max(outer, name)
			f.add("services."+second+".prefix", "%q and services.%s's %q overlap: give each service its own", prefix(second), first, prefix(first))
		}
		around = append(around, name)
	}
}

func (s Service) check(f *Faults, at string) {
	if s.Port < 1 || s.Port > 65535 {
		f.add(at+".port", "has to be 1 to 65535, not %d", s.Port)
	}
	if !path.IsAbs(s.ModelFolder) || path.Clean(s.ModelFolder) != s.ModelFolder || s.ModelFolder == "/" || inside(s.ModelFolder, scratch) {
		f.add(at+".modelFolder", "%q is no folder of the pod: write an absolute path such as /models", s.ModelFolder)
	}
	if !strings.HasSuffix(s.Prefix, "/") || !cleanKey(strings.TrimSuffix(s.Prefix, "/")) || !grantable.MatchString(s.Prefix) {
		f.add(at+".prefix", "%q is no prefix of a bucket: write FOLDER/, in letters, digits and . _ -", s.Prefix)
	}
	if !servicePath.MatchString(s.Path) || path.Clean(s.Path) != s.Path {
		f.add(at+".path", "%q is no path to lead to a service: write /FOLDER, in letters, digits and . _ ~ -", s.Path)
	}
	if !path.IsAbs(s.Health.Path) {
		f.add(at+".health.path", "%q has to begin with /", s.Health.Path)
	}
	if s.Health.Startup <= 0 {
		f.add(at+".health.startup", "has to be more than 0s, not %s", s.Health.Startup)
	}
	if s.Metrics != "-" && !path.IsAbs(s.Metrics) {
		f.add(at+".metrics", `%q has to begin with /, or be "-"`, s.Metrics)
	}
	f.gpus(at, s.GPU)
	f.environment(at+".env", s.Env)
	s.Resources.check(f, at+".resources")
	s.Autoscaling.check(f, at+".autoscaling")
	for _, name := range sortedKeys(s.Artifacts) {
		s.Artifacts[name].check(f, at+".artifacts."+name, s.ModelFolder)
	}
	for _, name := range sortedKeys(s.Backends) {
		b, at := s.Backends[name], at+".backends."+name
		f.environment(at+".env", b.Env)
		if b.GPU != nil {
			f.gpus(at, *b.GPU)
		}
		if b.Resources != nil {
			b.Resources.check(f, at+".resources")
		}
		for _, artifact := range sortedKeys(b.Artifacts) {
			b.Artifacts[artifact].check(f, at+".artifacts."+artifact, s.ModelFolder)
		}
	}
}

func (a Artifact) check(f *Faults, at, modelFolder string) {
	if a.Bucket != ModelsBucket && a.Bucket != DatasetsBucket {
		f.add(at+".bucket", "unknown bucket %q: it is %s or %s", a.Bucket, ModelsBucket, DatasetsBucket)
	}
	switch {
	case a.Dest == "":
		f.add(at+".dest", "missing: say where in the model folder it appears")
	case !cleanKey(strings.TrimSuffix(a.Dest, "/")):
		f.add(at+".dest", "%q leaves the pod's model folder: write a path relative to it, without ..", a.Dest)
	case strings.HasPrefix(a.Dest, "."):
		f.add(at+".dest", "%q is hidden: names that begin with a dot are the fetcher's own", a.Dest)
	}
	switch {
	case a.Mount == "":
	case !path.IsAbs(a.Mount) || path.Clean(a.Mount) != a.Mount || a.Mount == "/":
		f.add(at+".mount", "%q is no path of the pod: write an absolute path", a.Mount)
	case inside(a.Mount, modelFolder) || inside(modelFolder, a.Mount) || inside(a.Mount, scratch):
		f.add(at+".mount", "%q is in the way of another mount (%s, %s): choose a path beside them", a.Mount, modelFolder, scratch)
	}
	if a.Env != "" && len(validation.IsEnvVarName(a.Env)) > 0 {
		f.add(at+".env", "%q is no name of a variable", a.Env)
	}
}

// grantable is what a prefix may be written with: in an IAM policy, * ? and $
// are wildcards and variables, and would widen the grant.
var grantable = regexp.MustCompile(`^[A-Za-z0-9._/-]+$`)

// scratch is the one folder of a pod that its server can write.
const scratch = "/tmp"

// inside tells whether a clean path is a folder, or lies in it.
func inside(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}

func (a Autoscaling) check(f *Faults, at string) {
	if a.Min < 1 || a.Max < a.Min {
		f.add(at, "min %d and max %d do not fit: 1 <= min <= max", a.Min, a.Max)
	}
	if a.CPU < 1 || a.CPU > 100 {
		f.add(at+".cpu", "has to be 1 to 100 percent, not %d", a.CPU)
	}
	if a.ScaleDownWindow < 0 || a.ScaleDownWindow.Hours() > 1 {
		f.add(at+".scaleDownWindow", "has to be 0s to 1h, not %s", a.ScaleDownWindow)
	}
}

func (r ResourceRequirements) check(f *Faults, at string) {
	for _, q := range []struct{ name, request, limit string }{
		{"cpu", r.Requests.CPU, r.Limits.CPU},
		{"memory", r.Requests.Memory, r.Limits.Memory},
		{"ephemeralStorage", r.Requests.EphemeralStorage, r.Limits.EphemeralStorage},
	} {
		request := f.quantity(at+".requests."+q.name, q.request)
		limit := f.quantity(at+".limits."+q.name, q.limit)
		if request != nil && limit != nil && request.Cmp(*limit) > 0 {
			f.add(at+".requests."+q.name, "%s is more than the limit of %s", q.request, q.limit)
		}
	}
}

func (f *Faults) quantity(at, value string) *resource.Quantity {
	if value == "" {
		return nil
	}
	q, err := resource.ParseQuantity(value)
	if err != nil || q.Sign() < 0 {
		f.add(at, "%q is no Kubernetes quantity, such as 500m or 512Mi", value)
		return nil
	}
	return &q
}

func (f *Faults) gpus(at string, number int) {
	if number < 0 || number > 1 {
		f.add(at+".gpu", "has to be 0 or 1, as many as a node has, not %d", number)
	}
}

func (f *Faults) environment(at string, env map[string]string) {
	for _, name := range sortedKeys(env) {
		if len(validation.IsEnvVarName(name)) > 0 {
			f.add(at+"."+name, "%q is no name of a variable", name)
		}
	}
}

// cleanKey tells whether a path is relative, not empty, stays inside whatever
// it is put into, and can be read in a log.
func cleanKey(key string) bool {
	return key != "" && path.Clean(key) == key && !path.IsAbs(key) && key != "." && key != ".." &&
		!strings.HasPrefix(key, "../") && !strings.Contains(key, `\`) && printable(key)
}

func printable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) })
}
