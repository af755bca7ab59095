package config

import (
	"regexp"
	"strconv"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// urlPath matches a path, as in RFC 3986, without the delimiters of a query and a fragment.
// https://www.rfc-editor.org/rfc/rfc3986#section-3.3
const urlPath = `/([A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*`

// httpURL matches the URL of a host: a name, an IPv4 address or an IPv6 address in brackets. The third group is the
// port.
var httpURL = regexp.MustCompile(`^https?://([A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\])(:([0-9]+))?(` + urlPath + `)?$`)

// validateURL checks the URL of an endpoint. Clients append the paths of objects, so it may have no query or fragment.
func validateURL(fldPath *field.Path, value string) field.ErrorList {
	match := httpURL.FindStringSubmatch(value)
	if value == "" || match != nil && (match[3] == "" || isPort(match[3])) {
		return nil
	}
	return field.ErrorList{field.Invalid(fldPath, value, "must be a URL: https://HOST[:PORT]")}
}

func isPort(text string) bool {
	port, err := strconv.Atoi(text)
	return err == nil && port >= 1 && port <= maxPort
}

var (
	// metricsPath matches paths without a query, which Prometheus would escape.
	metricsPath = regexp.MustCompile(`^` + urlPath + `$`)
	// healthPath matches paths with an optional query, which a probe of Kubernetes sends.
	healthPath = regexp.MustCompile(`^` + urlPath + `(\?([A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?$`)
)

// maxHealthPathLength is the limit of an AWS load balancer.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
const maxHealthPathLength = 1024
