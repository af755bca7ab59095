package config

import (
	"reflect"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/modelferry/modelferry/config/internal/decode"
)

// decodeProviderKeys decodes the keys of the Pulumi provider of the stack's cloud: the fields of the struct with a
// provider tag. The program creates its providers explicitly, so they ignore every key that it does not pass on. Such a
// key is an error.
// https://www.pulumi.com/docs/iac/concepts/resources/providers/#explicit-provider-configuration
func (c *Config) decodeProviderKeys(source Source, keys []string) (invalid, unknown field.ErrorList) {
	value := reflect.ValueOf(c).Elem()
	for i := range value.NumField() {
		tag := value.Type().Field(i).Tag
		namespace := tag.Get("provider")
		if namespace == "" || tag.Get("clouds") != string(c.Cloud) {
			continue
		}
		invalid, unknown = decode.Into(value.Field(i).Addr().Interface(), decode.Source{
			Namespace: namespace, Get: source.GetConfig, Keys: keys,
		})
		for _, err := range unknown {
			err.Detail = unusedProviderKey(err.Field, strings.TrimPrefix(err.Detail, "unknown key"))
		}
	}
	for _, key := range keys {
		if strings.HasPrefix(key, "kubernetes:") {
			unknown = append(unknown, field.Forbidden(field.NewPath(key),
				unusedProviderKey(key, ": remove it, the provider connects to the stack's cluster")))
		}
	}
	return invalid, unknown
}

// unusedProviderKey returns the message for a provider key that the program does not pass on. suggestion begins with a
// colon; it is replaced by what to do about the key, if that is known.
func unusedProviderKey(key, suggestion string) string {
	for _, alternative := range providerKeyAlternatives {
		if slices.ContainsFunc(alternative.keys, func(known string) bool { return isSubkey(key, known) }) {
			suggestion = ": " + alternative.action
		}
	}
	if suggestion == "" {
		suggestion = ": remove it"
	}
	return "the program does not pass it on to its provider" + suggestion
}

// providerKeyAlternatives says what to do instead of setting a key that the program does not pass on.
//
// It does not pass on credentials that the Kubernetes provider could not use as well. That provider gets its tokens
// from the AWS CLI, whose get-token has no external ID, or from gke-gcloud-auth-plugin. Not every version of the plugin
// can impersonate a service account with application default credentials.
// https://docs.aws.amazon.com/cli/latest/reference/eks/get-token.html
// https://github.com/kubernetes/cloud-provider-gcp/pull/367
var providerKeyAlternatives = []struct {
	keys   []string
	action string
}{
	{[]string{"aws:accessKey", "aws:secretKey", "aws:token"}, "set aws:profile, or AWS_ACCESS_KEY_ID and so on in the environment"},
	{[]string{"aws:assumeRoles"}, "set aws:assumeRole.roleArn"},
	{[]string{
		"aws:assumeRole.externalId", "aws:assumeRole.duration", "aws:assumeRole.policy", "aws:assumeRole.policyArns",
		"aws:assumeRole.sessionName", "aws:assumeRole.sourceIdentity", "aws:assumeRole.tags", "aws:assumeRole.transitiveTagKeys",
	}, "set role_arn, external_id and so on in a profile of the AWS CLI, and aws:profile"},
	{[]string{"aws:assumeRoleWithWebIdentity"}, "set AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE in the environment"},
	{[]string{"aws:defaultTags", "gcp:defaultLabels"}, "set modelferry:owner and modelferry:costCentre"},
	{[]string{"gcp:credentials", "gcp:accessToken"}, "set GOOGLE_APPLICATION_CREDENTIALS in the environment"},
	{[]string{"gcp:impersonateServiceAccount", "gcp:impersonateServiceAccountDelegates"},
		"log in with gcloud auth application-default login --impersonate-service-account"},
}
