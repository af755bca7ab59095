package config

import (
	"cmp"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// PodIdentityMode is how a pod obtains credentials for its IAM role on AWS.
type PodIdentityMode string

// Values of PodIdentityMode.
const (
	// IRSA exchanges the pod's service account token at STS, which trusts the cluster's OIDC issuer.
	IRSA PodIdentityMode = "irsa"
	// PodIdentity gets credentials from the EKS Pod Identity agent on the pod's node.
	PodIdentity PodIdentityMode = "podIdentity"
)

var eksPlatform = platform{
	setDefaults:  eksDefaults,
	urlScheme:    "s3",
	nodeCapacity: eksNodeCapacity,
	validate:     validateEKS,
	bucketPrefix: eksBucketPrefix,
	// https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html
	endpointNetworks: func(s ClusterSpec) []string { return s.PrivateEndpoint.AuthorizedNetworks },
	formats: nameFormats{
		cluster:        eksClusterName,
		machineType:    ec2InstanceType,
		kmsKey:         awsKMSKey,
		certificate:    acmCertificate,
		registryReader: registryPrincipal,
		objectVersion:  s3VersionID,
	},
	newStack: NewStack{HasAdmins: true, MachineType: "t3.medium", imageRegistry: ecrRegistry},
}

// ecrRegistry returns the address of an account's registry.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
// https://docs.amazonaws.cn/en_us/aws/latest/userguide/endpoints-Beijing.html
func ecrRegistry(account, region string) string {
	domain := "amazonaws.com"
	if strings.HasPrefix(region, "cn-") {
		domain += ".cn"
	}
	return fmt.Sprintf("%s.dkr.ecr.%s.%s", account, region, domain)
}

func eksDefaults(c *Config) {
	c.Identity = cmp.Or(c.Identity, IRSA)
	c.AdmissionPolicy.setDefaults()
	c.GPU.MachineType = cmp.Or(c.GPU.MachineType, "g4dn.xlarge")
	if c.Cluster.Create != nil {
		c.Cluster.Create.UpgradePolicy = cmp.Or(c.Cluster.Create.UpgradePolicy, "STANDARD")
		if c.Cluster.Create.LogDays == nil {
			days := defaultLogDays
			c.Cluster.Create.LogDays = &days
		}
		c.Cluster.Create.Autoscaler.setDefaults(c.Cluster.Create.Version)
	}
}

func eksBucketPrefix(c Config, account string) string {
	if c.AWS.Region == "" {
		return ""
	}
	return account + "-" + c.AWS.Region
}

// minTransitionDays is the minimum age in days at which S3 moves an object to STANDARD_IA.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
const minTransitionDays = 30

func validateEKS(c Config) field.ErrorList {
	errs := c.AWS.validate()
	errs = append(errs, c.validateKMSKeyRegions(awsKMSKey, ":", c.AWS.Region, c.AWS.Region)...)
	errs = append(errs, c.IAM.validate(Path("iam"))...)
	errs = append(errs, validateSupported(Path("identity"), c.Identity, []PodIdentityMode{IRSA, PodIdentity})...)
	if days := c.Buckets.ColdAfterDays; days >= 1 && days < minTransitionDays {
		errs = append(errs, field.Invalid(Path("buckets", "coldAfterDays"), days,
			fmt.Sprintf("must be at least %d: S3 does not move younger objects to STANDARD_IA", minTransitionDays)))
	}
	if c.Cluster.Create != nil {
		errs = append(errs, validateEKSCluster(c, *c.Cluster.Create, Path("cluster", "create"))...)
	}
	if c.Ingress != nil {
		errs = append(errs, validateEKSIngress(c, *c.Ingress, Path("ingress"))...)
	}
	return errs
}

// UpgradePolicies returns the upgrade policies of EKS that the pinned provider accepts.
// cluster.go in https://github.com/hashicorp/terraform-provider-aws/tree/v5.100.0/internal/service/eks
func UpgradePolicies() []string { return []string{"STANDARD", "EXTENDED"} }

func validateEKSCluster(c Config, s ClusterSpec, fldPath *field.Path) field.ErrorList {
	errs := eksVersion.validate(fldPath.Child("version"), s.Version)
	errs = append(errs, validateSupported(fldPath.Child("upgradePolicy"), s.UpgradePolicy, UpgradePolicies())...)
	errs = append(errs, validateLogDays(fldPath.Child("logDays"), *s.LogDays)...)
	errs = append(errs, s.Autoscaler.validate(fldPath.Child("autoscaler"), c.Production)...)
	errs = append(errs, validateAddons(s.Addons, fldPath.Child("addons"))...)
	errs = append(errs, validateAdmins(s.Admins, fldPath.Child("admins"))...)
	errs = append(errs, s.validateViewers(fldPath)...)
	errs = append(errs, validateZones(s.Network.Zones, c.AWS.Region, fldPath.Child("network", "zones"))...)
	if s.Network.Existing != nil {
		errs = append(errs, validateEKSNetwork(*s.Network.Existing, fldPath.Child("network", "existing"))...)
	}
	return errs
}

func validateEKSNetwork(n ExistingNetwork, fldPath *field.Path) field.ErrorList {
	errs := validateRequiredName(fldPath.Child("vpc"), n.VPC, vpcID)
	seen := map[string]*field.Path{}
	for _, list := range []struct {
		key string
		ids []string
	}{{"privateSubnets", n.PrivateSubnets}, {"publicSubnets", n.PublicSubnets}} {
		for i, id := range list.ids {
			fldPath := fldPath.Child(list.key).Index(i)
			if problems := validateRequiredName(fldPath, id, subnetID); len(problems) > 0 {
				errs = append(errs, problems...)
			} else if other, ok := seen[id]; ok {
				errs = append(errs, duplicate(fldPath, id, fmt.Sprintf("already in %s", other)))
			} else {
				seen[id] = fldPath
			}
		}
	}
	if len(n.PrivateSubnets) < 2 {
		errs = append(errs, field.Required(fldPath.Child("privateSubnets"), "must be at least 2 subnets, in different availability zones"))
	}
	return errs
}

func validateEKSIngress(c Config, i Ingress, fldPath *field.Path) field.ErrorList {
	var errs field.ErrorList
	if acmCertificate.pattern.MatchString(i.Certificate) && c.AWS.Region != "" {
		if region := strings.Split(i.Certificate, ":")[3]; region != c.AWS.Region {
			errs = append(errs, field.Invalid(fldPath.Child("certificate"), i.Certificate,
				fmt.Sprintf("must be a certificate in %s, the load balancer's region", c.AWS.Region)))
		}
	}
	if i.Class != "" && len(validation.IsDNS1123Subdomain(i.Class)) > 0 {
		errs = append(errs, field.Invalid(fldPath.Child("class"), i.Class,
			"must be the name of an IngressClass: lower case letters, digits and hyphens"))
	}
	if c.needsIngressSources() && (c.Cluster.Create == nil || c.Cluster.Create.Network.Existing != nil) {
		errs = append(errs, field.Required(fldPath.Child("sources"),
			"must be the ranges of the cluster's VPC, where the requests of its load balancers come from"))
	}
	return errs
}
