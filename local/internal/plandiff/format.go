package plandiff

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/sig"
)

const (
	secretText, unknownText = "(secret)", "(known after the update)"

	// maxLength of a value, in bytes. The JSON report has no longer ones either: nobody reads them.
	maxLength = 300
)

// isSecret reports whether a value is a secret of the engine, or an encrypted value of a stack file.
func isSecret(value any) bool {
	switch value := value.(type) {
	case string:
		return value == "[secret]"
	case map[string]any:
		signed := value[sig.Key] == sig.Secret
		_, encrypted := value["secure"].(string)
		return signed || encrypted && len(value) == 1
	}
	return false
}

var digestPattern = regexp.MustCompile(`\b[0-9a-f]{64}\b`)

// format returns a value as text: secrets masked, digests short. It returns "" for nil only.
func format(value any) string {
	var text string
	switch value := mask(value).(type) {
	case nil:
		return ""
	case string:
		text = value
		if text == "" {
			text = `""`
		}
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64)
	case map[string]any, []any:
		content, err := json.Marshal(value)
		if err != nil {
			return "(cannot be shown)"
		}
		text = string(content)
	default:
		text = fmt.Sprint(value)
	}
	text = digestPattern.ReplaceAllStringFunc(text, func(digest string) string { return digest[:12] + "…" })
	if len(text) > maxLength {
		text = strings.ToValidUTF8(text[:maxLength], "") + "…"
	}
	return text
}

// mask replaces the secrets and unknown values in a value, at any depth.
func mask(value any) any {
	if isSecret(value) {
		return secretText
	}
	switch value := value.(type) {
	case string:
		return strings.ReplaceAll(value, plugin.UnknownStringValue, unknownText)
	case map[string]any:
		masked := map[string]any{}
		for key, element := range value {
			masked[key] = mask(element)
		}
		return masked
	case []any:
		masked := make([]any, len(value))
		for i, element := range value {
			masked[i] = mask(element)
		}
		return masked
	}
	return value
}
