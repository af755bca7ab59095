package keys

import (
	"fmt"
	"slices"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// allRows returns the rows of all keys.
func allRows() []row {
	return slices.Concat(
		stackRows(), clusterRows(), networkRows(), nodePoolRows(), bucketRows(),
		namespaceRows(), ingressRows(), fetcherRows(), serviceRows(), backendRows(), releaseRows(),
	)
}

// Types of resources that several rows use.
const (
	gcpProvider        = "pulumi:providers:gcp"
	awsProvider        = "pulumi:providers:aws"
	kubernetesProvider = "pulumi:providers:kubernetes"
	gkeCluster         = "gcp:container/cluster:Cluster"
	eksCluster         = "aws:eks/cluster:Cluster"
	gcsBucket          = "gcp:storage/bucket:Bucket"
	gkeRepository      = "artifactregistry/repository:Repository"
	ecrRepository      = "ecr/repository:Repository"
	s3Lifecycle        = "BucketLifecycleConfigurationV2"
)

// stackRows returns the rows of keys about the stack: location, owner, registry and so on.
func stackRows() []row {
	deployment := func(path string, want any) expectInput { return bothInput("Deployment", "bankchurn", path, want) }
	setting := func(stack, name, want string) expectInput {
		return expectInput{stack, "ConfigMap", "bankchurn-model", "data." + name, want}
	}
	const labels = "spec.template.metadata.labels/modelferry.dev/"
	const deployer = "arn:aws:iam::" + stacktest.AccountID + ":role/deployer"
	const boundary = "arn:aws:iam::" + stacktest.AccountID + ":policy/boundary"
	const store, sts = "https://store.internal", "https://sts.internal"
	return append(batch(
		newRow("owner", "risk", gkeInput(gcpProvider, "modelferry", "defaultLabels.owner", "risk"),
			eksInput(awsProvider, "modelferry", "defaultTags.tags.owner", "risk"), deployment(labels+"owner", "risk")),
		newRow("costCentre", "cc-42", gkeInput(gcpProvider, "modelferry", "defaultLabels.cost_centre", "cc-42"),
			eksInput(awsProvider, "modelferry", "defaultTags.tags.cost_centre", "cc-42"), deployment(labels+"cost_centre", "cc-42")),
		newRow("rollout.deadline", "20m", deployment("spec.progressDeadlineSeconds", 1200.), deployment("(create timeout)", "21m0s"),
			deployment("(update timeout)", "21m0s")),
		newRow("endpoints.storage", store, setting("gke", "GCS_ENDPOINT_URL", store), setting("eks", "AWS_ENDPOINT_URL_S3", store)),
		newRow("iam.path", "/ml/", eksInput("iam/role:Role", "modelferry-nodes", "path", "/ml/"),
			eksInput("ServiceAccount", "bankchurn", "metadata.annotations/eks.amazonaws.com/role-arn",
				"arn:aws:iam::"+stacktest.AccountID+":role/ml/bankchurn-predictor-0a1b2c3")),
		newRow("iam.permissionsBoundary", boundary,
			eksInput("iam/role:Role", "bankchurn-predictor", "permissionsBoundary", boundary),
			eksInput("iam/role:Role", "modelferry-cluster", "permissionsBoundary", boundary)),
		newRow("endpoints.identity", sts, setting("eks", "AWS_ENDPOINT_URL_STS", sts)),
		newRow("registry.name", "images", gkeInput(gkeRepository, "modelferry", "repositoryId", "images"),
			eksInput(ecrRepository, "fetcher", "name", "images/fetcher"), eksInput(ecrRepository, "bankchurn", "name", "images/bankchurn")),
		newRow("registry.untaggedDays", 10, gkeInput(gkeRepository, "modelferry", "cleanupPolicies[0].condition.olderThan", "864000s"),
			eksInput("LifecyclePolicy", "bankchurn", "policy", contains{`"countNumber":10,`})),
	),
		newRow("endpoints.anonymous", true, setting("gke", "STORAGE_EMULATOR_HOST", store)).
			withPrerequisites(map[string]any{"endpoints.storage": store}),
		newRow("registry.readers", byStack{"gke": []any{"group:ml@example.com"}, "eks": []any{"arn:aws:iam::210987654321:root"}},
			gkeInput("RepositoryIamMember", "modelferry-group:ml@example.com", "member", "group:ml@example.com"),
			eksInput("ecr/repositoryPolicy:RepositoryPolicy", "bankchurn", "policy", contains{"arn:aws:iam::210987654321:root"})),
		newRow("cluster.create.imageRepositories", []any{"projects/images/locations/us/repositories/ml"},
			gkeInput("RepositoryIamMember", "modelferry-nodes-projects/images/locations/us/repositories/ml", "project", "images")),
		newRow("registry.create", false, gkeInput(gkeRepository, "modelferry", "", absent), eksInput(ecrRepository, "fetcher", "", absent)),
		newRow("identity", "podIdentity", eksInput("PodIdentityAssociation", "bankchurn-predictor", "", present)),
		newRow("admissionPolicy.enabled", false, eksInput("ValidatingAdmissionPolicy", "ml-portfolio-pod-identity", "", absent)),
		newRow("cloud", "eks", gkeInput("BucketV2", "models", "", present), gkeInput(gcsBucket, "models", "", absent)).
			withPrerequisites(map[string]any{"cluster": object{"existing": "production"}, "aws:region": "eu-west-1"}),
		newRow("gcp:project", "our-project", gkeInput(gcpProvider, "modelferry", "project", "our-project"),
			gkeInput(gcsBucket, "models", "name", "our-project-gke-models"),
			gkeInput(gkeCluster, "modelferry", "workloadIdentityConfig.workloadPool", "our-project.svc.id.goog")),
		newRow("gcp:region", "europe-west4", gkeInput(gcpProvider, "modelferry", "region", "europe-west4"),
			gkeInput(gcsBucket, "models", "location", "europe-west4"),
			gkeInput("Subnetwork", "modelferry", "region", "europe-west4"), gkeInput(gkeCluster, "modelferry", "location", "europe-west4")),
		newRow("aws:region", "eu-central-1", eksInput(awsProvider, "modelferry", "region", "eu-central-1"),
			setting("eks", "AWS_REGION", "eu-central-1"),
			eksInput("VpcEndpoint", "modelferry-s3", "serviceName", "com.amazonaws.eu-central-1.s3")),
		newRow("gcp:userProjectOverride", true, gkeInput(gcpProvider, "modelferry", "userProjectOverride", true)),
		newRow("gcp:billingProject", "billing", gkeInput(gcpProvider, "modelferry", "billingProject", "billing")).
			withPrerequisites(map[string]any{"gcp:userProjectOverride": true}),
		newRow("aws:profile", "ml", eksInput(awsProvider, "modelferry", "profile", "ml"),
			eksInput(kubernetesProvider, "modelferry", "kubeconfig", contains{`"--profile","ml"`})),
		newRow("aws:assumeRole.roleArn", deployer, eksInput(awsProvider, "modelferry", "assumeRole.roleArn", deployer),
			eksInput(kubernetesProvider, "modelferry", "kubeconfig", contains{`"--role-arn","` + deployer + `"`})),
		newRow("aws:allowedAccountIds", []any{stacktest.AccountID},
			eksInput(awsProvider, "modelferry", "allowedAccountIds", []any{stacktest.AccountID})),
		newRow("aws:forbiddenAccountIds", []any{"210987654321"},
			eksInput(awsProvider, "modelferry", "forbiddenAccountIds", []any{"210987654321"})),
		newRow("namespace", "models", bothInput("Namespace", "models", "metadata.name", "models"),
			deployment("metadata.namespace", "models"),
			gkeInput("ManagedFolderIamMember", "bankchurn-predictor-models", "member", contains{"/ns/models/sa/bankchurn-predictor"}),
			eksInput("iam/role:Role", "bankchurn-predictor", "assumeRolePolicy",
				contains{"system:serviceaccount:models:bankchurn-predictor"})),
		expectNoDiff("production", true, "it only rejects artifacts and images without a digest").
			withPrerequisites(map[string]any{"cluster.create.autoscaler.enabled": byStack{"eks": false}}), // its image has no digest
	)
}

func clusterRows() []row {
	gke := func(path string, want any) expectInput { return gkeInput(gkeCluster, "modelferry", path, want) }
	eks := func(path string, want any) expectInput { return eksInput(eksCluster, "modelferry", path, want) }
	const gcpKey = "projects/keys/locations/europe-west1/keyRings/ml/cryptoKeys/secrets"
	const awsKey = "arn:aws:kms:eu-west-1:" + stacktest.AccountID + ":key/ours"
	const viewer = "arn:aws:iam::" + stacktest.AccountID + ":role/viewer"
	const ops, image = "arn:aws:iam::" + stacktest.AccountID + ":role/ops", "registry.example/cluster-autoscaler:v1.33.1"
	return append(batch(
		newRow("cluster.create.version", "1.33", gke("minMasterVersion", "1.33"), eks("version", "1.33")),
		newRow("cluster.create.upgradePolicy", "EXTENDED",
			eksInput("aws:eks/cluster:Cluster", "modelferry", "upgradePolicy.supportType", "EXTENDED")),
		newRow("cluster.create.logDays", 0, eksInput("LogGroup", "modelferry", "retentionInDays", 0.)),
		newRow("cluster.create.releaseChannel", "RAPID", gke("releaseChannel.channel", "RAPID")),
		newRow("cluster.create.authorizedNetworks", []any{"198.51.100.0/24"},
			gke("masterAuthorizedNetworksConfig.cidrBlocks", []any{object{"cidrBlock": "198.51.100.0/24"}}),
			eks("vpcConfig.publicAccessCidrs", []any{"198.51.100.0/24"})),
		newRow("cluster.create.privateEndpoint.globalAccess", false,
			gke("privateClusterConfig.masterGlobalAccessConfig.enabled", false)),
		newRow("cluster.create.maintenance.start", "22:30", gke("maintenancePolicy.recurringWindow.startTime", "2024-01-01T22:30:00Z")),
		newRow("cluster.create.maintenance.duration", "6h", gke("maintenancePolicy.recurringWindow.endTime", "2024-01-02T04:30:00Z")),
		newRow("cluster.create.maintenance.days", []any{"SA", "SU"},
			gke("maintenancePolicy.recurringWindow.recurrence", "FREQ=WEEKLY;BYDAY=SA,SU")),
		newRow("cluster.create.maintenance.exclusions.freeze.start", "2026-12-18T00:00:00Z",
			gke("maintenancePolicy.maintenanceExclusions[0].startTime", "2026-12-18T00:00:00Z"),
			gke("maintenancePolicy.maintenanceExclusions[0].exclusionName", "freeze")),
		newRow("cluster.create.maintenance.exclusions.freeze.end", "2027-01-05T00:00:00Z",
			gke("maintenancePolicy.maintenanceExclusions[0].endTime", "2027-01-05T00:00:00Z")),
		newRow("cluster.create.maintenance.exclusions.freeze.scope", "NO_MINOR_UPGRADES",
			gke("maintenancePolicy.maintenanceExclusions[0].exclusionOptions.scope", "NO_MINOR_UPGRADES")),
		newRow("cluster.create.viewers", []any{viewer}, eksInput("AccessEntry", "modelferry-"+viewer, "principalArn", viewer),
			eksInput("AccessPolicyAssociation", "modelferry-"+viewer, "policyArn",
				"arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy")),
		newRow("cluster.create.admins", []any{ops}, eksInput("AccessEntry", "modelferry-"+ops, "principalArn", ops),
			eksInput("AccessPolicyAssociation", "modelferry-"+ops, "principalArn", ops)),
		newRow("cluster.create.kmsKey", byStack{"gke": gcpKey, "eks": awsKey}, gke("databaseEncryption.keyName", gcpKey),
			gkeInput("CryptoKeyIAMMember", "modelferry", "cryptoKeyId", gcpKey),
			eks("encryptionConfig.provider.keyArn", awsKey), eksInput("kms/key:Key", "secrets", "", absent)),
		newRow("cluster.create.deletionProtection", false, gke("deletionProtection", false), gke("(protect)", false),
			eks("(protect)", false)),
		newRow("cluster.create.addons.coredns.version", "v1.13.1-eksbuild.1",
			eksInput("Addon", "modelferry-coredns", "addonVersion", "v1.13.1-eksbuild.1")),
		newRow("cluster.create.addons.vpc-cni.values", object{"env": object{"WARM_IP_TARGET": "2"}},
			eksInput("Addon", "modelferry-vpc-cni", "configurationValues",
				`{"enableNetworkPolicy":"true","env":{"WARM_IP_TARGET":"2"}}`)),
		newRow("cluster.create.autoscaler.image", image,
			eksInput("Deployment", "cluster-autoscaler", stacktest.ServerContainer+"image", image)),
	),
		newRow("cluster.create.privateEndpoint.authorizedNetworks", []any{"10.8.0.0/16"},
			gke("masterAuthorizedNetworksConfig.cidrBlocks", contains{object{"cidrBlock": "10.8.0.0/16"}}),
			eksInput("SecurityGroupIngressRule", "modelferry-endpoint-10.8.0.0/16", "cidrIpv4", "10.8.0.0/16")),
		newRow("cluster.create.autoscaler.enabled", false, eksInput("Deployment", "cluster-autoscaler", "", absent),
			eksInput("RolePolicy", "modelferry-cluster-autoscaler", "", absent)),
		newRow("cluster.create.name", "main", gke("name", "main"), gkeInput("compute/network:Network", "main", "name", "main"),
			gkeInput("NodePool", "main-system", "", present),
			eks("name", "main"), eksInput("NodeGroup", "main-system", "", present)),
		newRow("cluster.location", "europe-west1-b", gke("location", "europe-west1-b"),
			gkeInput("NodePool", "modelferry", "location", "europe-west1-b")),
		newRow("cluster", object{"existing": "production"}, gke("", absent),
			gkeInput("modelferry:gke:Cluster", "modelferry", "existing", "production"),
			eks("", absent), eksInput("modelferry:eks:Cluster", "modelferry", "existing", "production")).forKey("cluster.existing"),
	)
}

// networkRows returns the rows of a new and of an existing network.
func networkRows() []row {
	const network, existing = "cluster.create.network.", "cluster.create.network.existing."
	gke := func(path string, want any) expectInput { return gkeInput(gkeCluster, "modelferry", path, want) }
	subnetwork := func(path string, want any) expectInput { return gkeInput("Subnetwork", "modelferry", path, want) }
	private := []any{"subnet-0e", "subnet-0f"}
	rows := batch(
		newRow(existing+"network", "our-network", gke("network", "our-network")),
		newRow(existing+"subnetwork", "our-subnetwork", gke("subnetwork", "our-subnetwork")),
		newRow(existing+"podRange", "our-pods", gke("ipAllocationPolicy.clusterSecondaryRangeName", "our-pods")),
		newRow(existing+"serviceRange", "our-services", gke("ipAllocationPolicy.servicesSecondaryRangeName", "our-services")),
		newRow(existing+"vpc", "vpc-0b", eksInput("modelferry:eks:Network", "modelferry", "existing", "vpc-0b")),
		newRow(existing+"privateSubnets", private, eksInput(eksCluster, "modelferry", "vpcConfig.subnetIds", private),
			eksInput("NodeGroup", "modelferry", "subnetIds", private)),
	)
	rows = append(rows,
		expectNoDiff(existing+"publicSubnets", []any{"subnet-0e"},
			"they are only looked up; the load balancer controller discovers them by tags").onlyOn("eks"))
	for i := range rows {
		rows[i] = rows[i].withPrerequisites(map[string]any{network + "existing": byStack{
			"gke": stacktest.ExistingNetworks["gke"], "eks": stacktest.ExistingNetworks["eks"],
		}})
	}
	return append(rows, batch(
		newRow(network+"cidr", "10.8.0.0/18", subnetwork("ipCidrRange", "10.8.0.0/18"),
			eksInput("ec2/vpc:Vpc", "modelferry", "cidrBlock", "10.8.0.0/18"),
			eksInput("ec2/subnet:Subnet", "modelferry-public-1", "cidrBlock", "10.8.8.0/21")),
		newRow(network+"podCIDR", "10.16.0.0/14", subnetwork("secondaryIpRanges[0].ipCidrRange", "10.16.0.0/14")),
		newRow(network+"serviceCIDR", "10.9.0.0/20", subnetwork("secondaryIpRanges[1].ipCidrRange", "10.9.0.0/20")),
		newRow(network+"controlPlaneCIDR", "10.10.0.0/28", gke("privateClusterConfig.masterIpv4CidrBlock", "10.10.0.0/28")),
		newRow(network+"zones", []any{"eu-west-1d", "eu-west-1a", "eu-west-1b"},
			eksInput("ec2/subnet:Subnet", "modelferry-public-0", "availabilityZone", "eu-west-1d"),
			eksInput("ec2/subnet:Subnet", "modelferry-private-2", "availabilityZone", "eu-west-1b")),
		newRow(network+"natPerZone", true, eksInput("NatGateway", "modelferry-2", "", present)),
	)...)
}

// nodePoolRows returns the rows of the node pools. The names of the inputs differ by cloud.
func nodePoolRows() []row {
	machineType := func(key, pool string) row {
		const gce, ec2 = "c2-standard-8", "c5.2xlarge"
		return newRow(key, byStack{"gke": gce, "eks": ec2}, gkeInput("NodePool", pool, "nodeConfig.machineType", gce),
			eksInput("LaunchTemplate", pool, "instanceType", ec2))
	}
	minNodes := func(pool string, want float64) []expectInput {
		return []expectInput{gkeInput("NodePool", pool, "autoscaling.totalMinNodeCount", want),
			eksInput("NodeGroup", pool, "scalingConfig.minSize", want)}
	}
	maxNodes := func(pool string, want float64) []expectInput {
		return []expectInput{gkeInput("NodePool", pool, "autoscaling.totalMaxNodeCount", want),
			eksInput("NodeGroup", pool, "scalingConfig.maxSize", want)}
	}
	disk := func(pool string, device int, want float64) []expectInput {
		size := fmt.Sprintf("blockDeviceMappings[%d].ebs.volumeSize", device)
		return []expectInput{gkeInput("NodePool", pool, "nodeConfig.diskSizeGb", want), eksInput("LaunchTemplate", pool, size, want)}
	}
	const gpus = "modelferry-gpu"
	rows := batch(
		machineType("cluster.create.machineType", "modelferry"),
		newRow("cluster.create.nodes.min", 2, minNodes("modelferry", 2)...),
		newRow("cluster.create.nodes.max", 9, maxNodes("modelferry", 9)...),
		newRow("cluster.create.diskGiB", 120,
			slices.Concat(disk("modelferry", 0, 120), disk("modelferry-system", 0, 120), disk(gpus, 1, 120))...),
		machineType("cluster.create.system.machineType", "modelferry-system"),
		newRow("cluster.create.system.min", 3, minNodes("modelferry-system", 3)...),
		newRow("cluster.create.system.max", 8, maxNodes("modelferry-system", 8)...),
		machineType("gpu.machineType", gpus),
		newRow("gpu.accelerator", "nvidia-l4", gkeInput("NodePool", gpus, "nodeConfig.guestAccelerators[0].type", "nvidia-l4")),
		newRow("gpu.zones", []any{"europe-west1-c"}, gkeInput("NodePool", gpus, "nodeLocations", []any{"europe-west1-c"})),
		newRow("gpu.min", 4, minNodes(gpus, 4)...),
		newRow("gpu.max", 7, maxNodes(gpus, 7)...),
	)
	rows = append(rows, newRow("gpu.enabled", false, gkeInput("NodePool", gpus, "", absent), eksInput("NodeGroup", gpus, "", absent),
		bothInput("Deployment", "nlpinsight", stacktest.ServerContainer+"resources.limits/nvidia.com/gpu", nil)))
	for i := range rows {
		rows[i] = rows[i].withPrerequisites(map[string]any{"releases.nlpinsight.backend": "finbert"}) // FinBERT requests a GPU
	}
	return rows
}
