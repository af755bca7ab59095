package examples

import (
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/modelferry/modelferry/local/internal/debianimage"
	"github.com/modelferry/modelferry/local/internal/images"
)

// port is that of every service: https://12factor.net/port-binding
const port = "8000"

// spec returns the base layer of the servers.
func spec(packages []string) debianimage.Spec {
	return debianimage.Spec{
		Packages: packages,
		Omit: []string{
			// SciPy was compiled with it. It needs a C++ compiler.
			"python3-pythran",
			// joblib needs it to end processes, which the servers do not start.
			"procps",
			// Their programs configure packages.
			"debconf", "dpkg", "init-system-helpers", "perl-base", "tar", "usrmerge",
		},
		// Debian's alternatives choose among implementations. The reference ones have no code for certain CPUs, so a
		// model is the same on every machine.
		Links: map[string]string{
			"usr/lib/x86_64-linux-gnu/libblas.so.3":   "blas/libblas.so.3",
			"usr/lib/x86_64-linux-gnu/liblapack.so.3": "lapack/liblapack.so.3",
		},
	}
}

// environment is that of the servers and of their training scripts.
var environment = []string{
	"PATH=/usr/bin",
	"LANG=C.UTF-8",
	"PYTHONPATH=/app",
	"PYTHONUNBUFFERED=1",
	// The root filesystem is read-only.
	"PYTHONDONTWRITEBYTECODE=1",
}

// config returns how the image of a service runs.
func config(service string) v1.Config {
	return v1.Config{
		Entrypoint:   []string{"python3", "-m", "uvicorn", service + ".app:app", "--host", "0.0.0.0", "--port", port},
		Env:          environment,
		User:         images.User,
		WorkingDir:   "/app",
		ExposedPorts: map[string]struct{}{port + "/tcp": {}},
	}
}
