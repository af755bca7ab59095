package s3

import "github.com/modelferry/modelferry/fetcher/internal/fetcherr"

// errorClass is what an error code means for the run.
type errorClass struct {
	kind fetcherr.Kind
	hint string
}

// Hints of several codes.
const (
	credentialsHint  = "check where the pod's credentials come from"
	accountHint      = "the store has disabled the account or the bucket: see its billing or support page"
	clockHint        = "synchronize the node's clock"
	regionHint       = "set AWS_REGION to the bucket's region"
	restoreHint      = "restore the object or copy it to another storage class: it is archived and cannot be read"
	kmsKeyHint       = "enable the KMS key that the object is encrypted with: no permission replaces it"
	payerHint        = "set S3_REQUEST_PAYER=requester: the bucket is requester-pays"
	bucketNameHint   = "check S3_BUCKET"
	encryptionHint   = "objects that are encrypted with a customer-provided key (SSE-C) cannot be read: upload the object without one"
	unsupportedHint  = "check the endpoint, AWS_ENDPOINT_URL_S3: the server does not support the request"
	addressStyleHint = "check the endpoint, AWS_ENDPOINT_URL_S3, and S3_ADDRESSING_STYLE"
)

// errorClasses holds the error codes that say more than the status. Codes that need the request or the rest of the
// response are in classifyCode: AccessDenied, NoSuchKey and the like, and those about the region.
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
var errorClasses = map[string]errorClass{
	// Credentials that no permission makes valid.
	"ExpiredToken":                {fetcherr.PermissionDenied, credentialsHint},
	"IncompleteSignature":         {fetcherr.PermissionDenied, credentialsHint},
	"InvalidAccessKeyId":          {fetcherr.PermissionDenied, credentialsHint},
	"InvalidClientTokenId":        {fetcherr.PermissionDenied, credentialsHint},
	"InvalidSecurity":             {fetcherr.PermissionDenied, credentialsHint},
	"InvalidToken":                {fetcherr.PermissionDenied, credentialsHint},
	"TokenRefreshRequired":        {fetcherr.PermissionDenied, credentialsHint},
	"UnrecognizedClientException": {fetcherr.PermissionDenied, credentialsHint},
	"SignatureDoesNotMatch": {fetcherr.PermissionDenied,
		credentialsHint + ", AWS_SECRET_ACCESS_KEY, and that no proxy changes the request"},
	"RequestExpired":       {fetcherr.PermissionDenied, clockHint},
	"RequestTimeTooSkewed": {fetcherr.PermissionDenied, clockHint},

	// Accounts and payers.
	"AccountProblem":            {fetcherr.PermissionDenied, accountHint},
	"AllAccessDisabled":         {fetcherr.PermissionDenied, accountHint},
	"InvalidPayer":              {fetcherr.PermissionDenied, accountHint},
	"NotSignedUp":               {fetcherr.PermissionDenied, accountHint},
	"OptInRequired":             {fetcherr.PermissionDenied, accountHint},
	"UserSuspended":             {fetcherr.PermissionDenied, accountHint}, // Ceph
	"UserProjectMissing":        {fetcherr.PermissionDenied, payerHint},   // the XML API of Cloud Storage
	"UserProjectAccountProblem": {fetcherr.PermissionDenied, accountHint}, // the XML API of Cloud Storage

	// Objects that cannot be read as they are.
	"InvalidObjectState":             {fetcherr.NotFound, restoreHint},
	"ObjectNotInActiveTierError":     {fetcherr.NotFound, restoreHint},
	"KMS.DisabledException":          {fetcherr.PermissionDenied, kmsKeyHint},
	"KMS.InvalidKeyUsageException":   {fetcherr.PermissionDenied, kmsKeyHint},
	"KMS.InvalidStateException":      {fetcherr.PermissionDenied, kmsKeyHint},
	"KMS.KMSInvalidStateException":   {fetcherr.PermissionDenied, kmsKeyHint},
	"KMS.NotFoundException":          {fetcherr.PermissionDenied, kmsKeyHint},
	"ServerSideEncryptionKeyMissing": {fetcherr.InvalidConfig, encryptionHint},

	// Buckets and access points.
	"InvalidBucketName":            {fetcherr.InvalidConfig, bucketNameHint},
	"InvalidAccessPoint":           {fetcherr.InvalidConfig, bucketNameHint},
	"NoSuchAccessPoint":            {fetcherr.NotFound, bucketNameHint},
	"NoSuchMultiRegionAccessPoint": {fetcherr.NotFound, bucketNameHint},
	"InvalidAddressingHeader":      {fetcherr.InvalidConfig, addressStyleHint},
	"InvalidURI":                   {fetcherr.InvalidConfig, addressStyleHint},
	"KeyTooLongError":              {fetcherr.InvalidConfig, "S3 accepts keys of at most 1024 bytes"},
	"MethodNotAllowed":             {fetcherr.InvalidConfig, unsupportedHint},
	"NotImplemented":               {fetcherr.InvalidConfig, unsupportedHint},

	// Changes of the object while it is read.
	"InvalidRange":       {fetcherr.ObjectChanged, ""},
	"PreconditionFailed": {fetcherr.ObjectChanged, ""},

	// Errors that pass, whatever their status.
	"BandwidthLimitExceeded":     {fetcherr.Transient, ""},
	"ConditionalRequestConflict": {fetcherr.Transient, ""},
	"InternalError":              {fetcherr.Transient, ""},
	"KMS.ThrottlingException":    {fetcherr.Transient, ""},
	"OperationAborted":           {fetcherr.Transient, ""},
	"RequestLimitExceeded":       {fetcherr.Transient, ""},
	"RequestThrottled":           {fetcherr.Transient, ""},
	"RequestTimeout":             {fetcherr.Transient, ""},
	"ServiceUnavailable":         {fetcherr.Transient, ""},
	"SlowDown":                   {fetcherr.Transient, ""},
	"TemporaryRedirect":          {fetcherr.Transient, ""},
	"Throttling":                 {fetcherr.Transient, ""},
	"ThrottlingException":        {fetcherr.Transient, ""},
	"TooManyRequests":            {fetcherr.Transient, ""},
	"TooManyRequestsException":   {fetcherr.Transient, ""},
}

// throttlingCodes are the error codes of throttling, whatever their status.
// https://github.com/aws/aws-sdk-go-v2/blob/v1.47.8/aws/retry/standard.go (DefaultThrottleErrorCodes)
var throttlingCodes = map[string]bool{
	"BandwidthLimitExceeded": true, "KMS.ThrottlingException": true, "RequestLimitExceeded": true, "RequestThrottled": true,
	"SlowDown": true, "Throttling": true, "ThrottlingException": true, "TooManyRequests": true, "TooManyRequestsException": true,
}

// wrongRegionCodes are the error codes of a bucket that another endpoint serves.
var wrongRegionCodes = map[string]bool{
	"AuthorizationHeaderMalformed": true, "EndpointNotFound": true, "IllegalLocationConstraintException": true,
	"IncorrectEndpoint": true, "PermanentRedirect": true,
}

// classifyStatus returns the class of a status without a known code.
func classifyStatus(status int) errorClass {
	switch {
	case status == 307 || status == 408 || status == 409 || status == 425 || status == 429:
		return errorClass{fetcherr.Transient, ""} // 307: the bucket's DNS name is being updated
	case status == 412 || status == 416:
		return errorClass{fetcherr.ObjectChanged, ""}
	case status == 405 || status == 501:
		return errorClass{fetcherr.InvalidConfig, unsupportedHint}
	case status >= 300 && status < 400:
		return errorClass{fetcherr.InvalidConfig, regionHint}
	case status >= 400 && status < 500:
		return errorClass{fetcherr.InvalidConfig, ""}
	}
	return errorClass{fetcherr.Transient, ""}
}
