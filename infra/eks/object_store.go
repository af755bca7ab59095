package eks

import (
	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// objectStore returns the fetcher's settings for S3.
func objectStore(region string, mode config.PodIdentityMode, endpoints config.Endpoints) (infra.ObjectStore, error) {
	egress, err := infra.EgressEndpoints(endpoints.Storage, endpoints.Identity)
	if err != nil {
		return infra.ObjectStore{}, err
	}
	env := sdkEnv(region)
	if endpoints.Storage != "" {
		env["AWS_ENDPOINT_URL_S3"] = endpoints.Storage
	}
	if endpoints.Identity != "" {
		env["AWS_ENDPOINT_URL_STS"] = endpoints.Identity
	}
	return infra.ObjectStore{
		BucketEnvVar: "S3_BUCKET", PathEnvVar: "S3_MODEL_PATH", Env: env,
		EgressEndpoints: append(egress, podIdentityEndpoints(mode)...),
	}, nil
}

// sdkEnv returns the variables of the AWS SDK in a pod. The SDK's credential chain ends in IMDS, which has the node's
// role. With IMDS disabled, a pod without an identity fails.
func sdkEnv(region string) map[string]string {
	return map[string]string{"AWS_REGION": region, imdsDisabledEnvVar: "true"}
}

// imdsDisabledEnvVar is the variable of the AWS SDKs that disables IMDS.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html
const imdsDisabledEnvVar = "AWS_EC2_METADATA_DISABLED"

// podIdentityAgent is the endpoint of the EKS Pod Identity Agent on each node.
// https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html
const podIdentityAgent = "169.254.170.23:80"

// podIdentityEndpoints returns the endpoints besides HTTPS that a pod gets credentials from. IRSA uses STS, over HTTPS.
func podIdentityEndpoints(mode config.PodIdentityMode) []string {
	if mode == config.PodIdentity {
		return []string{podIdentityAgent}
	}
	return nil
}

// injectedEnvVar returns the variable that EKS sets in the containers of a pod with a role.
// https://github.com/aws/amazon-eks-pod-identity-webhook
func injectedEnvVar(mode config.PodIdentityMode) string {
	if mode == config.PodIdentity {
		return "AWS_CONTAINER_CREDENTIALS_FULL_URI"
	}
	return "AWS_WEB_IDENTITY_TOKEN_FILE"
}
