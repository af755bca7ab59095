package components

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// nonRootUID is the user and group that every container runs as; it is the
// "nonroot" user of the usual minimal base images.
const nonRootUID = 65532

// podSecurityContext and containerSecurity are what the Pod Security Standards'
// "restricted" profile asks for, and a read-only root besides.
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
