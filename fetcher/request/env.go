package request

import (
	"errors"
	"fmt"
	"math"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/modelferry/modelferry/fetcher/archive"
	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
)

// LookupEnv returns a variable, as os.LookupEnv does. An empty variable counts as not set: a ConfigMap may contain an
// unused key as "".
type LookupEnv func(key string) (value string, ok bool)

// Default values. 8 ranges of 8 MiB fill a gigabit link with a round trip of 25 ms. S3 recommends ranges of 8 to 16 MB.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance-guidelines.html
const (
	DefaultRetries      = 3
	DefaultBackoff      = 10 * time.Second
	DefaultTimeout      = 10 * time.Minute
	DefaultStall        = 20 * time.Second
	DefaultIdentityWait = 60 * time.Second
	DefaultParallel     = 8
	DefaultPartSize     = 8 << 20
)

// Limits of the values. An extraction needs memory for Parallel × PartSize bytes, so both have a maximum.
const (
	maxRetries  = 20
	maxParallel = 64
	minPartSize = 64 << 10
	maxPartSize = 64 << 20
	minWindow   = 8 << 20
	maxWindow   = 2 << 30 // that of zstd --ultra --long=31
)

// FromEnv reads the request from the environment. The error lists all problems, each with the variable's name. Its kind
// is fetcherr.InvalidConfig.
func FromEnv(lookup LookupEnv) (Request, error) {
	e := &env{lookup: lookup}
	model := Artifact{
		SHA256:  e.get("MODEL_SHA256"),
		Version: e.get("MODEL_VERSION"),
		Size:    e.byteCount("MODEL_SIZE"),
	}
	req := Request{
		Retries:      e.integer("FETCH_RETRIES", DefaultRetries, 0, maxRetries),
		Backoff:      e.nonNegativeDuration("FETCH_BACKOFF", DefaultBackoff),
		Timeout:      e.positiveDuration("FETCH_TIMEOUT", DefaultTimeout),
		Stall:        e.positiveDuration("FETCH_STALL", DefaultStall),
		IdentityWait: e.positiveDuration("FETCH_IDENTITY_WAIT", DefaultIdentityWait),
		Parallel:     e.integer("FETCH_PARALLEL", DefaultParallel, 1, maxParallel),
		PartSize:     int64(e.integer("FETCH_PART_SIZE", DefaultPartSize, minPartSize, maxPartSize)),
		Limits: ArchiveLimits{
			MaxEntries: e.integer("FETCH_ARCHIVE_MAX_ENTRIES", archive.DefaultMaxEntries, 1, math.MaxInt32),
			MaxBytes:   int64(e.integer("FETCH_ARCHIVE_MAX_BYTES", archive.DefaultMaxBytes, 1, math.MaxInt64)),
			MaxRatio:   int64(e.integer("FETCH_ARCHIVE_MAX_RATIO", archive.DefaultMaxRatio, 1, math.MaxInt32)),
			MaxWindow:  int64(e.integer("FETCH_ARCHIVE_MAX_WINDOW", archive.DefaultMaxWindow, minWindow, maxWindow)),
		},
	}
	req.Cloud, model.Bucket, model.Path = e.objectLocation()
	model.Extract = extracts(e.boolean("MODEL_EXTRACT"), model.Path)
	model.Signature = e.signature("MODEL_SIGNATURE")
	req.Folder, model.Dest = e.localPaths()
	req.Artifacts = []Artifact{model}
	names := []string{"the model"}
	for i, a := range e.artifacts() {
		req.Artifacts = append(req.Artifacts, a)
		names = append(names, fmt.Sprintf("ARTIFACTS[%d]", i))
	}
	roots := e.trustedRoots()
	for i := range req.Artifacts {
		e.validateArtifact(names[i], req.Cloud, &req.Artifacts[i])
		e.validateSignature(names[i], &req.Artifacts[i], roots)
	}
	e.validateDestinations(names, req.Artifacts)
	e.validateSDKVariables(req.Cloud)
	e.storeSettings(&req)
	if len(e.errs) > 0 {
		return Request{}, &fetcherr.Error{Kind: fetcherr.InvalidConfig, Err: errors.Join(e.errs...)}
	}
	return req, nil
}

// env collects the errors, so that all are reported together.
type env struct {
	lookup LookupEnv
	errs   []error
}

func (e *env) addError(format string, args ...any) {
	e.errs = append(e.errs, fmt.Errorf(format, args...))
}

func (e *env) get(key string) string {
	value, _ := e.lookup(key)
	return value
}

// objectLocation reads the model's bucket and key from the variables of one cloud.
func (e *env) objectLocation() (cloud Cloud, bucket, key string) {
	gcs := [2]string{e.get("GCS_BUCKET"), e.get("GCS_MODEL_PATH")}
	s3 := [2]string{e.get("S3_BUCKET"), e.get("S3_MODEL_PATH")}
	unset := [2]string{}
	switch {
	case gcs == unset && s3 == unset:
		e.addError("no bucket: set GCS_BUCKET and GCS_MODEL_PATH, or S3_BUCKET and S3_MODEL_PATH")
		return "", "", ""
	case gcs != unset && s3 != unset:
		e.addError("variables of both clouds are set: must be either GCS_BUCKET and GCS_MODEL_PATH, or S3_BUCKET and S3_MODEL_PATH")
		return "", "", ""
	case gcs != unset:
		return GCS, gcs[0], gcs[1]
	default:
		return S3, s3[0], s3[1]
	}
}

// localPaths splits LOCAL_MODEL_PATH into the model folder and the path in it. The model folder is MODEL_FOLDER if that
// is set, otherwise the folder that contains the model.
func (e *env) localPaths() (folder, dest string) {
	local, folder := e.get("LOCAL_MODEL_PATH"), e.get("MODEL_FOLDER")
	switch {
	case local == "":
		e.addError("LOCAL_MODEL_PATH is not set: must be the model's absolute path, such as /models/model.joblib")
	case !path.IsAbs(local), path.Clean(local) != local, path.Dir(local) == "/":
		e.addError("invalid LOCAL_MODEL_PATH %q: must be a clean absolute path of a file in a folder, such as /models/model.joblib", local)
	case folder == "":
		return path.Dir(local), path.Base(local)
	case !path.IsAbs(folder), path.Clean(folder) != folder, folder == "/":
		e.addError("invalid MODEL_FOLDER %q: must be a clean absolute path of a folder, such as /models", folder)
	case !strings.HasPrefix(local, folder+"/"):
		e.addError("invalid LOCAL_MODEL_PATH %q: must be inside MODEL_FOLDER %q", local, folder)
	default:
		return folder, strings.TrimPrefix(local, folder+"/")
	}
	// A valid placeholder, so that validateArtifact reports no further errors.
	return "/models", "model"
}

func (e *env) integer(key string, defaultValue, minimum, maximum int) int {
	text := e.get(key)
	if text == "" {
		return defaultValue
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < minimum || n > maximum {
		e.addError("invalid %s %q: must be a whole number from %d to %d", key, text, minimum, maximum)
		return defaultValue
	}
	return n
}

func (e *env) byteCount(key string) int64 {
	text := e.get(key)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 {
		e.addError("invalid %s %q: must be a number of bytes above 0", key, text)
		return 0
	}
	return n
}

// boolean returns nil if the variable is not set.
func (e *env) boolean(key string) *bool {
	text := e.get(key)
	if text == "" {
		return nil
	}
	b, err := strconv.ParseBool(text)
	if err != nil {
		e.addError("invalid %s %q: must be true or false", key, text)
	}
	return &b
}

// nonNegativeDuration parses a wait, which may be 0.
func (e *env) nonNegativeDuration(key string, defaultValue time.Duration) time.Duration {
	return e.duration(key, defaultValue, "of 0s or more", func(d time.Duration) bool { return d >= 0 })
}

// positiveDuration parses a time limit, which must not be 0.
func (e *env) positiveDuration(key string, defaultValue time.Duration) time.Duration {
	return e.duration(key, defaultValue, "above 0", func(d time.Duration) bool { return d > 0 })
}

func (e *env) duration(key string, defaultValue time.Duration, want string, valid func(time.Duration) bool) time.Duration {
	text := e.get(key)
	if text == "" {
		return defaultValue
	}
	d, err := time.ParseDuration(text)
	if err != nil || !valid(d) {
		e.addError("invalid %s %q: must be a duration %s, such as 10s or 5m", key, text, want)
		return defaultValue
	}
	return d
}
