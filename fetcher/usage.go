package main

const usage = `fetcher downloads model artifacts from GCS or S3 into a folder: all of them,
verified, or none.

Usage: fetcher [--termination-log FILE] [--explain] [--version] [--help]

--explain prints what would be downloaded, from where and with which checks,
and downloads nothing. The exit code is that of a run, as far as it is known
in advance.

Environment variables (default):
  GCS_BUCKET, GCS_MODEL_PATH   bucket and key of the model in GCS, or
  S3_BUCKET, S3_MODEL_PATH     bucket and key of the model in S3
  LOCAL_MODEL_PATH             absolute path of the model on the volume
  MODEL_FOLDER                 model folder that contains LOCAL_MODEL_PATH
                               (its parent folder)
  MODEL_SHA256                 pinned digest of the object, 64 hex digits
  MODEL_VERSION                pinned GCS generation or S3 version ID
  MODEL_SIZE                   expected size of the object in bytes
  MODEL_SIGNATURE              signature that the model must have, a JSON object
                               {path, key or certificate or identity}: the key of
                               the bundle in the bucket; a public key, or root
                               certificates, in PEM; an identity (or an
                               identityRegexp) with its issuer and a trustedRoot
                               of Sigstore
  TRUSTED_ROOTS                trusted roots of Sigstore that artifacts share, a JSON
                               object by name: a trustedRoot may be such a name
  MODEL_EXTRACT                true: extract the object; false: keep it packed
                               (true for .tar, .tar.gz, .tgz and .tar.zst)
  ARTIFACTS                    further artifacts of the same cloud, a JSON list of
                               {bucket, path, dest, sha256, version, size, extract,
                               signature}; dest is relative to the model folder
  FETCH_RETRIES                further rounds of attempts for a range, and further
                               attempts of the run if an object changes (3)
  FETCH_BACKOFF                maximum delay before the first retry; doubles (10s)
  FETCH_TIMEOUT                time limit of the whole run (10m)
  FETCH_STALL                  retry a range that receives no data for this long (20s)
  FETCH_IDENTITY_WAIT          how long to retry while the identity is not ready:
                               no token yet, or permission denied (1m)
  FETCH_PARALLEL               concurrent range requests (8)
  FETCH_PART_SIZE              bytes per range (8388608)
  FETCH_ARCHIVE_MAX_ENTRIES    files, folders and links of an archive (100000)
  FETCH_ARCHIVE_MAX_BYTES      size of its content (17592186044416)
  FETCH_ARCHIVE_MAX_RATIO      bytes that one byte of it may expand to (200)
  FETCH_ARCHIVE_MAX_WINDOW     memory for the windows of zstd (134217728)
  FETCH_TERMINATION_LOG        file for the summary (/dev/termination-log)

Archives are extracted into the folder of dest.
S3_BUCKET may be the ARN of an access point.
  S3_ADDRESSING_STYLE          path or virtual: how requests name the bucket (path
                               with AWS_ENDPOINT_URL_S3, otherwise virtual)
  S3_REQUEST_PAYER             requester: pay for the requests to a requester-pays
                               bucket
  GCS_USER_PROJECT             project that pays for the requests to a
                               requester-pays bucket
  GCS_ENDPOINT_URL             another endpoint of GCS, read with the pod's identity
                               (https://storage.googleapis.com)

Endpoints, credentials and proxies are configured as for the SDKs: AWS_REGION,
AWS_ROLE_ARN, AWS_ENDPOINT_URL_S3, AWS_CA_BUNDLE, STORAGE_EMULATOR_HOST,
GOOGLE_APPLICATION_CREDENTIALS, HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE.

Exit codes:
  0 success                    5 integrity: empty, wrong digest, changed
  2 invalid configuration      6 not enough space
  3 permission denied          7 unsafe or corrupt archive
  4 not found                  8 gave up on transient errors, or timed out
  9 untrusted: no valid signature of the required signer
  143 interrupted by a signal
`
