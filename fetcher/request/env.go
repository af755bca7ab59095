package request

import (
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
)

// Lookup finds a variable, as os.LookupEnv does. A variable that is empty
// counts as not set: a ConfigMap may render an unused key as "".
type Lookup func(key string) (value string, ok bool)

// Defaults of a run. The ADR's three retries with 10 s are the run's; quick
// retries of single ranges happen below them. 8 ranges of 8 MiB fill a
// gigabit link at 25 ms and stay within S3's advice of 8 to 16 MB a range.
const (
	DefaultRetries      = 3
	DefaultBackoff      = 10 * time.Second
	DefaultTimeout      = 10 * time.Minute
	DefaultStall        = 20 * time.Second
	DefaultIdentityWait = 60 * time.Second
	DefaultParallel     = 8
	DefaultPartSize     = 8 << 20
)

// Bounds of what may be asked: Parallel × PartSize is the memory that an
// extraction may hold, so both have an upper end.
const (
	maxRetries  = 20
	maxParallel = 64
	minPartSize = 64 << 10
	maxPartSize = 64 << 20
)

// FromEnv reads the request from the environment. The error holds every
// fault at once, each with the variable's name, and is of kind fetcherr.Config.
func FromEnv(lookup Lookup) (Request, error) {
	e := &env{lookup: lookup}
	main := Artifact{
		SHA256:  e.get("MODEL_SHA256"),
		Version: e.get("MODEL_VERSION"),
		Size:    e.bytes("MODEL_SIZE"),
		Extract: e.boolean("MODEL_EXTRACT"),
	}
	req := Request{
		Retries:      e.number("FETCH_RETRIES", DefaultRetries, 0, maxRetries),
		Backoff:      e.wait("FETCH_BACKOFF", DefaultBackoff),
		Timeout:      e.duration("FETCH_TIMEOUT", DefaultTimeout),
		Stall:        e.duration("FETCH_STALL", DefaultStall),
		IdentityWait: e.duration("FETCH_IDENTITY_WAIT", DefaultIdentityWait),
		Parallel:     e.number("FETCH_PARALLEL", DefaultParallel, 1, maxParallel),
		PartSize:     int64(e.number("FETCH_PART_SIZE", DefaultPartSize, minPartSize, maxPartSize)),
	}
	req.Cloud, main.Bucket, main.Path = e.object()
	req.Folder, main.Dest = e.place()
	req.Artifacts = []Artifact{main}
	names := []string{"the model"}
	for i, a := range e.further() {
		req.Artifacts = append(req.Artifacts, a)
		names = append(names, fmt.Sprintf("ARTIFACTS[%d]", i))
	}
	for i := range req.Artifacts {
		a := &req.Artifacts[i]
		a.Extract = a.Extract || namesArchive(a.Path)
		e.check(names[i], req.Cloud, a)
	}
	e.overlaps(names, req.Artifacts)
	if len(e.faults) > 0 {
		return Request{}, &fetcherr.Error{Kind: fetcherr.Config, Err: errors.Join(e.faults...)}
	}
	return req, nil
}

// env collects faults while it reads, so that all are reported together.
type env struct {
	lookup Lookup
	faults []error
}

func (e *env) fault(format string, args ...any) {
	e.faults = append(e.faults, fmt.Errorf(format, args...))
}

func (e *env) get(key string) string {
	value, _ := e.lookup(key)
	return value
}

// object reads the main model's place from the keys of one cloud.
func (e *env) object() (cloud Cloud, bucket, key string) {
	gcs := [2]string{e.get("GCS_BUCKET"), e.get("GCS_MODEL_PATH")}
	s3 := [2]string{e.get("S3_BUCKET"), e.get("S3_MODEL_PATH")}
	none := [2]string{}
	switch {
	case gcs == none && s3 == none:
		e.fault("no bucket: set GCS_BUCKET and GCS_MODEL_PATH, or S3_BUCKET and S3_MODEL_PATH")
		return "", "", ""
	case gcs != none && s3 != none:
		e.fault("keys of both clouds are set: keep GCS_BUCKET and GCS_MODEL_PATH, or S3_BUCKET and S3_MODEL_PATH")
		return "", "", ""
	case gcs != none:
		return GCS, gcs[0], gcs[1]
	default:
		return S3, s3[0], s3[1]
	}
}

// place splits LOCAL_MODEL_PATH into the model folder and the main dest. The
// folder is MODEL_FOLDER where that is set: a model that lies deeper in it, as
// an archive with a folder of its own does, leaves room for others beside it.
func (e *env) place() (folder, dest string) {
	local, folder := e.get("LOCAL_MODEL_PATH"), e.get("MODEL_FOLDER")
	switch {
	case local == "":
		e.fault("LOCAL_MODEL_PATH is not set: give the model's absolute path, such as /models/model.joblib")
	case !path.IsAbs(local), path.Clean(local) != local, path.Dir(local) == "/":
		e.fault("LOCAL_MODEL_PATH %q: want a clean absolute path of a file in a folder, such as /models/model.joblib", local)
	case folder == "":
		return path.Dir(local), path.Base(local)
	case !path.IsAbs(folder), path.Clean(folder) != folder, folder == "/":
		e.fault("MODEL_FOLDER %q: want a clean absolute path of a folder, such as /models", folder)
	case !strings.HasPrefix(local, folder+"/"):
		e.fault("LOCAL_MODEL_PATH %q lies outside MODEL_FOLDER %q", local, folder)
	default:
		return folder, strings.TrimPrefix(local, folder+"/")
	}
	// A stand-in, so that the checks below report their own faults only.
	return "/models", "model"
}

func (e *env) number(key string, byDefault, low, high int) int {
	text := e.get(key)
	if text == "" {
		return byDefault
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < low || n > high {
		e.fault("%s %q: want a whole number from %d to %d", key, text, low, high)
		return byDefault
	}
	return n
}

func (e *env) bytes(key string) int64 {
	text := e.get(key)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 {
		e.fault("%s %q: want a number of bytes above 0", key, text)
		return 0
	}
	return n
}

func (e *env) boolean(key string) bool {
	text := e.get(key)
	if text == "" {
		return false
	}
	b, err := strconv.ParseBool(text)
	if err != nil {
		e.fault("%s %q: want true or false", key, text)
	}
	return b
}

// wait reads how long to wait, which may be not at all.
func (e *env) wait(key string, byDefault time.Duration) time.Duration {
	return e.parse(key, byDefault, "of 0s or more", func(d time.Duration) bool { return d >= 0 })
}

// duration reads a bound: one of 0 would let nothing happen.
func (e *env) duration(key string, byDefault time.Duration) time.Duration {
	return e.parse(key, byDefault, "above 0", func(d time.Duration) bool { return d > 0 })
}

func (e *env) parse(key string, byDefault time.Duration, want string, fits func(time.Duration) bool) time.Duration {
	text := e.get(key)
	if text == "" {
		return byDefault
	}
	d, err := time.ParseDuration(text)
	if err != nil || !fits(d) {
		e.fault("%s %q: want a duration %s, such as 10s or 5m", key, text, want)
		return byDefault
	}
	return d
}
