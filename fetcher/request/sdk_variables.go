package request

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// The variables of the SDKs and of net/http that requests are made with. A value that no request can be made with, such
// as one with the line break that echo adds to a Secret, is reported before the first attempt.
var (
	regionVariables     = []string{"AWS_REGION", "AWS_DEFAULT_REGION"}
	credentialVariables = []string{
		"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN",
	}
	s3URLVariables = []string{
		"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
	}
	fileVariables = []string{
		"AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "AWS_CA_BUNDLE", "AWS_CONFIG_FILE",
		"AWS_SHARED_CREDENTIALS_FILE", "GOOGLE_APPLICATION_CREDENTIALS", "SSL_CERT_FILE",
	}
	proxyVariables = []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"}
)

var (
	validRegion  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*$`)
	validFile    = regexp.MustCompile(`^[^\s\x00-\x1f]([^\x00-\x1f]*[^\s\x00-\x1f])?$`)
	validSession = regexp.MustCompile(`^[A-Za-z0-9_+=,.@-]{2,64}$`)
	validRole    = regexp.MustCompile(`^arn:[^\s:]+:iam::[^\s:]*:role/\S+$`)
	validHost    = regexp.MustCompile(`^[A-Za-z0-9._-]+(:[0-9]+)?$|^\[[0-9A-Fa-f:.]+\](:[0-9]+)?$`)
	validProject = regexp.MustCompile(`^[a-z0-9][a-z0-9.:-]*$`)
)

// validateSDKVariables reports the variables of the cloud's SDK that no request can be made with.
func (e *env) validateSDKVariables(cloud Cloud) {
	for _, key := range proxyVariables {
		e.checkProxy(key)
	}
	for _, key := range fileVariables {
		e.match(key, validFile, "the path of a file, without line breaks")
	}
	switch cloud {
	case S3:
		for _, key := range regionVariables {
			e.match(key, validRegion, "a region such as eu-west-1, without spaces and line breaks")
		}
		for _, key := range credentialVariables {
			e.checkCredential(key)
		}
		for _, key := range s3URLVariables {
			e.checkURL(key)
		}
		// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
		e.match("AWS_ROLE_SESSION_NAME", validSession, "2 to 64 letters, digits or characters of _+=,.@-")
		e.match("AWS_ROLE_ARN", validRole, "the ARN of a role, such as arn:aws:iam::111122223333:role/NAME")
	case GCS:
		if strings.Contains(e.get("STORAGE_EMULATOR_HOST"), "://") {
			e.checkURL("STORAGE_EMULATOR_HOST")
		} else {
			e.match("STORAGE_EMULATOR_HOST", validHost, "HOST:PORT or a URL such as http://gcs:4443")
		}
		e.checkURL("GCS_ENDPOINT_URL")
		if e.get("GCS_ENDPOINT_URL") != "" && e.get("STORAGE_EMULATOR_HOST") != "" {
			e.addError("GCS_ENDPOINT_URL and STORAGE_EMULATOR_HOST must not both be set: only the first is read with credentials")
		}
		e.match("GCE_METADATA_HOST", validHost, "HOST or HOST:PORT, without a scheme")
		e.match("GOOGLE_CLOUD_UNIVERSE_DOMAIN", validHost, "a domain such as googleapis.com")
	}
}

// match reports a variable that is set to another value than the pattern allows.
func (e *env) match(key string, pattern *regexp.Regexp, want string) string {
	value := e.get(key)
	if value != "" && !pattern.MatchString(value) {
		e.addError("invalid %s %q: must be %s", key, value, want)
	}
	return value
}

// checkCredential reports a credential that cannot be sent in a header. The value is secret and not shown.
func (e *env) checkCredential(key string) {
	if strings.ContainsFunc(
		e.get(key),
		func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || r == unicode.ReplacementChar },
	) {
		e.addError("invalid %s: must not contain spaces and line breaks", key)
	}
}

// checkURL reports a URL that no request can be sent to.
func (e *env) checkURL(key string) {
	value := e.get(key)
	if value == "" {
		return
	}
	u, err := url.Parse(value)
	shown := strconv.Quote(value)
	if strings.Contains(value, "@") { // a password
		shown = "URL with a user"
	}
	switch {
	case err != nil, u.Scheme != "http" && u.Scheme != "https", !validHost.MatchString(u.Host), u.User != nil,
		strings.ContainsFunc(value, unicode.IsSpace):
		e.addError(
			"invalid %s %s: must be a URL with a scheme and a host, such as https://s3.example.com, without user and spaces",
			key,
			shown,
		)
	case u.RawQuery != "" && key != "AWS_CONTAINER_CREDENTIALS_FULL_URI", u.Fragment != "":
		e.addError("invalid %s %s: must be a URL without query and fragment", key, shown)
	}
}

// checkProxy reports a proxy that net/http cannot use. The value may contain a password and is not shown.
// https://pkg.go.dev/net/http#ProxyFromEnvironment
func (e *env) checkProxy(key string) {
	value := e.get(key)
	if value == "" {
		return
	}
	u, err := url.Parse(value)
	if err != nil || !strings.Contains(value, "://") || u.Host == "" {
		u, err = url.Parse("http://" + value) // HOST:PORT
	}
	supported := map[string]bool{"http": true, "https": true, "socks5": true, "socks5h": true}
	if err != nil || !supported[u.Scheme] || !validHost.MatchString(u.Host) || strings.ContainsFunc(value, unicode.IsSpace) {
		e.addError("invalid %s: must be HOST:PORT or a URL with the scheme http, https or socks5, without spaces", key)
	}
}

// storeSettings reads the settings that the SDKs have no variables for.
func (e *env) storeSettings(req *Request) {
	switch req.Cloud {
	case S3:
		req.AddressingStyle = e.oneOf("S3_ADDRESSING_STYLE", "path", "virtual")
		req.RequesterPays = e.oneOf("S3_REQUEST_PAYER", "requester") != ""
	case GCS:
		req.UserProject = e.match("GCS_USER_PROJECT", validProject, "the ID of a Google Cloud project")
	}
}

// oneOf returns the value of a variable, or "" if it is not set.
func (e *env) oneOf(key string, values ...string) string {
	value := e.get(key)
	if value == "" {
		return ""
	}
	for _, valid := range values {
		if value == valid {
			return value
		}
	}
	e.addError("invalid %s %q: must be %s", key, value, strings.Join(values, " or "))
	return ""
}
