package components

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// nonRootUID is the user and group ID of every container: "nonroot" of the distroless base images.
const nonRootUID = 65532

// podSecurityContext and containerSecurityContext meet the restricted Pod Security Standard, with a read-only root file
// system.
// https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
func podSecurityContext() *corev1.PodSecurityContextArgs {
	return &corev1.PodSecurityContextArgs{
		RunAsNonRoot: pulumi.Bool(true),
		RunAsUser:    pulumi.Int(nonRootUID),
		RunAsGroup:   pulumi.Int(nonRootUID),
		FsGroup:      pulumi.Int(nonRootUID),
		SeccompProfile: &corev1.SeccompProfileArgs{
			Type: pulumi.String("RuntimeDefault"),
		},
	}
}

func containerSecurityContext() *corev1.SecurityContextArgs {
	return &corev1.SecurityContextArgs{
		AllowPrivilegeEscalation: pulumi.Bool(false),
		ReadOnlyRootFilesystem:   pulumi.Bool(true),
		Capabilities:             &corev1.CapabilitiesArgs{Drop: pulumi.ToStringArray([]string{"ALL"})},
	}
}
