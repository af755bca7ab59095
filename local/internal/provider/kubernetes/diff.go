package kubernetes

import (
	"context"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/modelferry/modelferry/local/internal/provider"
)

// immutableFields are the fields whose change requires a replacement, by kind, because the API server does not allow
// the change. It does for the data of a ConfigMap or a Secret, but pods would not restart. As in pulumi-kubernetes,
// the data is replaced, which changes an autoname and so the pod template.
var immutableFields = map[schema.GroupKind][]string{
	{Kind: "ConfigMap"}: {"data", "binaryData", "immutable"},
	{Kind: "Secret"}:    {"data", "stringData", "type", "immutable"},
	{Kind: "Service"}:   {"spec.clusterIP", "spec.clusterIPs"},
	{Kind: "PersistentVolumeClaim"}: {
		"spec.accessModes",
		"spec.storageClassName",
		"spec.volumeName",
		"spec.selector",
		"spec.volumeMode",
	},
	{Kind: "Pod"}:                       {"spec"},
	{Group: "apps", Kind: "Deployment"}: {"spec.selector"},
	{Group: "apps", Kind: "ReplicaSet"}: {"spec.selector"},
	{Group: "apps", Kind: "DaemonSet"}:  {"spec.selector"},
	{Group: "apps", Kind: "StatefulSet"}: {
		"spec.selector",
		"spec.serviceName",
		"spec.podManagementPolicy",
		"spec.volumeClaimTemplates",
	},
	{Group: "batch", Kind: "Job"}: {
		"spec.selector",
		"spec.template",
		"spec.completions",
		"spec.completionMode",
	},
	{Group: "rbac.authorization.k8s.io", Kind: "RoleBinding"}:        {"roleRef"},
	{Group: "rbac.authorization.k8s.io", Kind: "ClusterRoleBinding"}: {"roleRef"},
	{Group: "storage.k8s.io", Kind: "StorageClass"}: {
		"provisioner",
		"parameters",
		"reclaimPolicy",
		"volumeBindingMode",
	},
	{Group: "scheduling.k8s.io", Kind: "PriorityClass"}:                               {"value", "globalDefault", "preemptionPolicy"},
	{Group: "admissionregistration.k8s.io", Kind: "ValidatingAdmissionPolicyBinding"}: {"spec.policyName"},
}

// Diff compares the old object with the new one.
func (s *server) Diff(_ context.Context, req plugin.DiffRequest) (plugin.DiffResponse, error) {
	gvk, err := parseTypeToken(req.Type)
	if err != nil {
		return plugin.DiffResponse{}, err
	}
	diff := provider.DiffInputs(normalize(req.OldInputs), normalize(req.NewInputs), s.replaceKeys(gvk, req.NewInputs))
	oldMetadata, _ := nestedMap(req.OldInputs, "metadata")
	newMetadata, known := nestedMap(req.NewInputs, "metadata")
	// With a fixed name the old object has to be deleted first. A replacement gets a new autoname.
	diff.DeleteBeforeReplace = diff.Replace() && known && !isAutonamed(newMetadata) &&
		oldMetadata["name"].DeepEquals(newMetadata["name"]) && oldMetadata["namespace"].DeepEquals(newMetadata["namespace"])
	return diff, nil
}

// replaceKeys returns the property paths whose change requires a replacement.
func (s *server) replaceKeys(gvk schema.GroupVersionKind, newInputs resource.PropertyMap) []string {
	paths := []string{"kind", "metadata.name", "metadata.namespace"}
	mutable := gvk.Group == "" && (gvk.Kind == "ConfigMap" && s.config.MutableConfigMaps ||
		gvk.Kind == "Secret" && s.config.MutableSecrets)
	if immutable := newInputs["immutable"]; immutable.IsBool() && immutable.BoolValue() {
		mutable = false
	}
	if mutable {
		return paths
	}
	return append(paths, immutableFields[gvk.GroupKind()]...)
}
