package main

const usage = `fetcher copies model artifacts from GCS or S3 into a folder: all of them,
verified, or none.

Usage: fetcher [--termination-log FILE] [--explain] [--version] [--help]

--explain tells what would be fetched, from where, with which checks, and
fetches nothing. The exit code is that of a run, as far as it can be told.

The request is read from the environment:
  GCS_BUCKET, GCS_MODEL_PATH   where the model is, on Google Cloud Storage, or
  S3_BUCKET, S3_MODEL_PATH     where it is on S3
  LOCAL_MODEL_PATH             where it goes
  MODEL_FOLDER                 the model folder that LOCAL_MODEL_PATH lies in; its folder by default
  MODEL_SHA256                 the object's digest, 64 hex digits
  MODEL_VERSION                the GCS generation or S3 version id to read
  MODEL_SIZE                   the object's size in bytes
  MODEL_EXTRACT                true: an archive, whatever its name
  ARTIFACTS                    more artifacts of the same cloud, a JSON list of
                               {bucket, path, dest, sha256, version, size, extract}
                               with dest relative to the model folder
  FETCH_RETRIES                retries after the quick ones, of a range or,
                               should the object change, of the run (3)
  FETCH_BACKOFF                the longest wait before the first; doubles (10s)
  FETCH_TIMEOUT                bound on the whole run (10m)
  FETCH_STALL                  a range that brings no byte for so long is begun
                               anew (20s)
  FETCH_IDENTITY_WAIT          bound on waiting for an identity that is not ready:
                               its token, or grants that are on their way (1m)
  FETCH_PARALLEL               ranges read at once (8)
  FETCH_PART_SIZE              bytes a range (8388608)
  FETCH_TERMINATION_LOG        where the summary goes (/dev/termination-log)

Archives (.tar, .tar.gz, .tgz, .tar.zst) are extracted into dest's folder.
Endpoints and identities are those of the SDKs: AWS_REGION, AWS_ROLE_ARN,
AWS_ENDPOINT_URL_S3, STORAGE_EMULATOR_HOST, GOOGLE_APPLICATION_CREDENTIALS.

Exit codes:
  0 done                       5 integrity: empty, wrong digest, changed
  2 configuration              6 no space
  3 not authenticated/allowed  7 unsafe or broken archive
  4 not found                  8 gave up on transient errors, or out of time
  143 told to stop
`
