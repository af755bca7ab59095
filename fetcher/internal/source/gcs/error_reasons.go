package gcs

import (
	"net/http"
	"strings"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
)

// errorClass is what an error means for the run.
type errorClass struct {
	kind fetcherr.Kind
	hint string
}

// Hints of several reasons.
const (
	userProjectHint = "set GCS_USER_PROJECT to a project that pays for the requests: the bucket is requester-pays"
	payingHint      = "check the project in GCS_USER_PROJECT: it needs billing, and the pod's identity " +
		"roles/serviceusage.serviceUsageConsumer on it"
	billingHint  = "enable billing for the bucket's project: its account is disabled"
	kmsKeyHint   = "enable the Cloud KMS key version that the object is encrypted with: no permission replaces it"
	kmsGrantHint = "grant roles/cloudkms.cryptoKeyEncrypterDecrypter on the key " +
		"to the Cloud Storage service agent of the bucket's project"
	encryptionHint = "objects that are encrypted with a customer-supplied key (CSEK) cannot be read: upload the object without one"
	quotaHint      = "raise the quota of the project, or wait until it is reset"
	perimeterHint  = "let the pod's project or identity into the VPC Service Controls perimeter of the bucket"
	scopeHint      = "give the pod a workload identity, or the node pool the scope " + readOnlyScope
	apiHint        = "enable the Cloud Storage API (storage.googleapis.com) in the project that the message names"
	policyHint     = "change the organization's policy, or the place that the pod runs in: no grant overrides it"
	endpointHint   = "check STORAGE_EMULATOR_HOST and GOOGLE_CLOUD_UNIVERSE_DOMAIN: the server does not support the request"
)

// throttlingReasons are the reasons of too many requests, in lower case, whatever their status.
var throttlingReasons = map[string]bool{
	"ratelimitexceeded":             true,
	"usagelimits.ratelimitexceeded": true,
	"userratelimitexceeded":         true,
	"rate_limit_exceeded":           true,
}

// reasonClasses holds the reasons of errors that say more than the status, in lower case: Cloud Storage spells some in
// two ways. https://cloud.google.com/storage/docs/json_api/v1/status-codes
// The reasons in upper case are those of an ErrorInfo. https://cloud.google.com/apis/design/errors#error_info
var reasonClasses = map[string]errorClass{
	// Requester pays.
	"userprojectmissing":                  {fetcherr.InvalidConfig, userProjectHint},
	"userprojectinvalid":                  {fetcherr.InvalidConfig, payingHint},
	"userprojectinconsistent":             {fetcherr.InvalidConfig, payingHint},
	"userprojectaccessdenied":             {fetcherr.IdentityNotReady, payingHint},
	"user_project_denied":                 {fetcherr.IdentityNotReady, payingHint},
	"userprojectaccountproblem":           {fetcherr.PermissionDenied, payingHint},
	"authenticationrequiredrequesterpays": {fetcherr.PermissionDenied, userProjectHint},

	// Projects.
	"accountdisabled":                 {fetcherr.PermissionDenied, billingHint},
	"billing_disabled":                {fetcherr.PermissionDenied, billingHint},
	"accessnotconfigured":             {fetcherr.PermissionDenied, apiHint},
	"usagelimits.accessnotconfigured": {fetcherr.PermissionDenied, apiHint},
	"service_disabled":                {fetcherr.PermissionDenied, apiHint},
	"dailylimitexceeded":              {fetcherr.PermissionDenied, quotaHint},
	"quotaexceeded":                   {fetcherr.PermissionDenied, quotaHint},

	// Policies that a grant does not override.
	"access_token_scope_insufficient": {fetcherr.PermissionDenied, scopeHint},
	"countryblocked":                  {fetcherr.PermissionDenied, policyHint},
	"orgpolicyconstraintfailed":       {fetcherr.PermissionDenied, policyHint},
	"security_policy_violated":        {fetcherr.PermissionDenied, perimeterHint},
	"vpcservicecontrols":              {fetcherr.PermissionDenied, perimeterHint},
	"sslrequired":                     {fetcherr.InvalidConfig, "use an endpoint with https://"},

	// Encryption.
	"cloudkmsbadkey":                               {fetcherr.PermissionDenied, kmsKeyHint},
	"cloudkmsdecryptionkeynotfound":                {fetcherr.PermissionDenied, kmsKeyHint},
	"cloudkmsdisabledkey":                          {fetcherr.PermissionDenied, kmsKeyHint},
	"customerencryptionkeyisincorrect":             {fetcherr.InvalidConfig, encryptionHint},
	"resourceisencryptedwithcustomerencryptionkey": {fetcherr.InvalidConfig, encryptionHint},

	// Errors that pass, whatever their status.
	"backenderror":                  {fetcherr.Transient, ""},
	"internalerror":                 {fetcherr.Transient, ""},
	"ratelimitexceeded":             {fetcherr.Transient, ""},
	"usagelimits.ratelimitexceeded": {fetcherr.Transient, ""},
	"userratelimitexceeded":         {fetcherr.Transient, ""},
	"rate_limit_exceeded":           {fetcherr.Transient, ""},
}

// messageClasses holds parts of messages, because the response to a read is text without a reason, and because some
// reasons are only "forbidden" or "required".
var messageClasses = []struct {
	text  string
	class errorClass
}{
	{"requester pays bucket but no user project", errorClass{fetcherr.InvalidConfig, userProjectHint}},
	{"serviceusage.services.use", errorClass{fetcherr.IdentityNotReady, payingHint}},
	{"billing account for the owning project is disabled", errorClass{fetcherr.PermissionDenied, billingHint}},
	{"Permission denied on Cloud KMS key", errorClass{fetcherr.IdentityNotReady, kmsGrantHint}},
	{"VPC Service Controls", errorClass{fetcherr.PermissionDenied, perimeterHint}},
	{"vpcServiceControlsUniqueIdentifier", errorClass{fetcherr.PermissionDenied, perimeterHint}},
	{"insufficient authentication scopes", errorClass{fetcherr.PermissionDenied, scopeHint}},
	{"has not been used in project", errorClass{fetcherr.PermissionDenied, apiHint}},
	{"HTTP request to an HTTPS server", errorClass{fetcherr.InvalidConfig, "use an endpoint with https://"}},
	{"encrypted by a customer-supplied encryption key", errorClass{fetcherr.InvalidConfig, encryptionHint}},
}

// classifyMessage returns the class of a message. ok is false if the message is not known.
func classifyMessage(message string) (class errorClass, ok bool) {
	for _, known := range messageClasses {
		if strings.Contains(message, known.text) {
			return known.class, true
		}
	}
	return errorClass{}, false
}

// classifyStatus returns the class of a status without a known reason or message.
func classifyStatus(status int) errorClass {
	switch status {
	case http.StatusPreconditionFailed, http.StatusRequestedRangeNotSatisfiable:
		return errorClass{fetcherr.ObjectChanged, ""}
	case http.StatusRequestTimeout, http.StatusConflict, http.StatusTooEarly, http.StatusTooManyRequests:
		return errorClass{fetcherr.Transient, ""}
	case http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return errorClass{fetcherr.InvalidConfig, endpointHint}
	}
	if status >= 300 && status < 500 {
		return errorClass{fetcherr.InvalidConfig, ""}
	}
	return errorClass{fetcherr.Transient, ""}
}
