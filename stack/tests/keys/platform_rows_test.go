package keys

import (
	"fmt"
	"slices"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// keyRows is the whole table.
func keyRows() []keyRow {
	return slices.Concat(
		stackKeys(), clusterKeys(), networkKeys(), poolKeys(), bucketKeys(),
		namespaceKeys(), ingressKeys(), fetcherKeys(), serviceKeys(), backendKeys(), releaseKeys(),
	)
}

// Types that many keys show in.
const (
	google       = "pulumi:providers:gcp"
	amazon       = "pulumi:providers:aws"
	gkeCluster   = "gcp:container/cluster:Cluster"
	eksCluster   = "aws:eks/cluster:Cluster"
	gkeBucket    = "gcp:storage/bucket:Bucket"
	gkeImages    = "artifactregistry/repository:Repository"
	eksImages    = "ecr/repository:Repository"
	eksLifecycle = "BucketLifecycleConfigurationV2"
)

// stackKeys are those that say where the stack is and whose.
func stackKeys() []keyRow {
	churn := func(path string, want any) shown { return onBoth("Deployment", "bankchurn", path, want) }
	setting := func(stack, name, want string) shown {
		return shown{stack, "ConfigMap", "bankchurn-model", "data." + name, want}
	}
	const labels = "spec.template.metadata.labels/modelferry.dev/"
	const store, sts = "https://store.internal", "https://sts.internal"
	return append(together(
		key("owner", "risk", onGKE(google, "modelferry", "defaultLabels.owner", "risk"), onEKS(amazon, "modelferry", "defaultTags.tags.owner", "risk"), churn(labels+"owner", "risk")),
		key("costCentre", "cc-42", onGKE(google, "modelferry", "defaultLabels.cost_centre", "cc-42"), onEKS(amazon, "modelferry", "defaultTags.tags.cost_centre", "cc-42"), churn(labels+"cost_centre", "cc-42")),
		key("rollout.deadline", "20m", churn("spec.progressDeadlineSeconds", 1200.), churn("(waits to create)", "21m0s"), churn("(waits to update)", "21m0s")),
		key("endpoints.storage", store, setting("gke", "STORAGE_EMULATOR_HOST", store), setting("eks", "AWS_ENDPOINT_URL_S3", store)),
		key("endpoints.identity", sts, setting("eks", "AWS_ENDPOINT_URL_STS", sts)),
		key("registry.name", "images", onGKE(gkeImages, "modelferry", "repositoryId", "images"), onEKS(eksImages, "fetcher", "name", "images/fetcher"), onEKS(eksImages, "bankchurn", "name", "images/bankchurn")),
		key("registry.untaggedDays", 10, onGKE(gkeImages, "modelferry", "cleanupPolicies[0].condition.olderThan", "864000s"), onEKS("LifecyclePolicy", "bankchurn", "policy", holds{`"countNumber":10,`})),
	),
		key("registry.create", false, onGKE(gkeImages, "modelferry", "", gone), onEKS(eksImages, "fetcher", "", gone)),
		key("identity", "podIdentity", onEKS("PodIdentityAssociation", "bankchurn-predictor", "", there)),
		key("cloud", "eks", onGKE("BucketV2", "models", "", there), onGKE(gkeBucket, "models", "", gone)).
			with(map[string]any{"cluster": object{"existing": "production"}, "aws:region": "eu-west-1"}),
		key("gcp:project", "ours", onGKE(google, "modelferry", "project", "ours"), onGKE(gkeBucket, "models", "name", "ours-gke-models"),
			onGKE(gkeCluster, "modelferry", "workloadIdentityConfig.workloadPool", "ours.svc.id.goog")),
		key("gcp:region", "europe-west4", onGKE(google, "modelferry", "region", "europe-west4"), onGKE(gkeBucket, "models", "location", "europe-west4"),
			onGKE("Subnetwork", "modelferry", "region", "europe-west4"), onGKE(gkeCluster, "modelferry", "location", "europe-west4")),
		key("aws:region", "eu-central-1", onEKS(amazon, "modelferry", "region", "eu-central-1"), setting("eks", "AWS_REGION", "eu-central-1"),
			onEKS("VpcEndpoint", "modelferry-s3", "serviceName", "com.amazonaws.eu-central-1.s3")),
		key("namespace", "models", onBoth("Namespace", "models", "metadata.name", "models"), churn("metadata.namespace", "models"),
			onGKE("ManagedFolderIamMember", "bankchurn-predictor-models", "member", holds{"/ns/models/sa/bankchurn-predictor"}),
			onEKS("iam/role:Role", "bankchurn-predictor", "assumeRolePolicy", holds{"system:serviceaccount:models:bankchurn-predictor"})),
		unshown("production", true, "it refuses what is not pinned, and makes nothing").
			with(map[string]any{"cluster.create.autoscaler.enabled": byStack{"eks": false}}), // whose image has a tag
	)
}

func clusterKeys() []keyRow {
	gke := func(path string, want any) shown { return onGKE(gkeCluster, "modelferry", path, want) }
	eks := func(path string, want any) shown { return onEKS(eksCluster, "modelferry", path, want) }
	const googles, amazons = "projects/keys/locations/europe-west1/keyRings/ml/cryptoKeys/secrets", "arn:aws:kms:eu-west-1:" + stacktest.Account + ":key/ours"
	const ops, image = "arn:aws:iam::" + stacktest.Account + ":role/ops", "registry.example/cluster-autoscaler:v1.33.1"
	return append(together(
		key("cluster.create.version", "1.33", gke("minMasterVersion", "1.33"), eks("version", "1.33")),
		key("cluster.create.releaseChannel", "RAPID", gke("releaseChannel.channel", "RAPID")),
		key("cluster.create.authorizedNetworks", []any{"198.51.100.0/24"}, gke("masterAuthorizedNetworksConfig.cidrBlocks", []any{object{"cidrBlock": "198.51.100.0/24"}}),
			eks("vpcConfig.publicAccessCidrs", []any{"198.51.100.0/24"})),
		key("cluster.create.admins", []any{ops}, onEKS("AccessEntry", "modelferry-"+ops, "principalArn", ops), onEKS("AccessPolicyAssociation", "modelferry-"+ops, "principalArn", ops)),
		key("cluster.create.kmsKey", byStack{"gke": googles, "eks": amazons}, gke("databaseEncryption.keyName", googles), onGKE("CryptoKeyIAMMember", "modelferry", "cryptoKeyId", googles),
			eks("encryptionConfig.provider.keyArn", amazons), onEKS("kms/key:Key", "secrets", "", gone)),
		key("cluster.create.deletionProtection", false, gke("deletionProtection", false), gke("(protected)", false), eks("(protected)", false)),
		key("cluster.create.autoscaler.image", image, onEKS("Deployment", "cluster-autoscaler", stacktest.ServerContainer+"image", image)),
	),
		key("cluster.create.autoscaler.enabled", false, onEKS("Deployment", "cluster-autoscaler", "", gone), onEKS("RolePolicy", "modelferry-cluster-autoscaler", "", gone)),
		key("cluster.create.name", "main", gke("name", "main"), onGKE("compute/network:Network", "main", "name", "main"), onGKE("NodePool", "main-system", "", there),
			eks("name", "main"), onEKS("NodeGroup", "main-system", "", there)),
		key("cluster.location", "europe-west1-b", gke("location", "europe-west1-b"), onGKE("NodePool", "modelferry", "location", "europe-west1-b")),
		key("cluster", object{"existing": "production"}, gke("", gone), onGKE("modelferry:gke:Cluster", "modelferry", "existing", "production"),
			eks("", gone), onEKS("modelferry:eks:Cluster", "modelferry", "existing", "production")).of("cluster.existing"),
	)
}

// networkKeys are those of a network of the stack's own, and of one that a team has.
func networkKeys() []keyRow {
	const at, existing = "cluster.create.network.", "cluster.create.network.existing."
	gke := func(path string, want any) shown { return onGKE(gkeCluster, "modelferry", path, want) }
	subnetwork := func(path string, want any) shown { return onGKE("Subnetwork", "modelferry", path, want) }
	private := []any{"subnet-0e", "subnet-0f"}
	rows := together(
		key(existing+"network", "our-network", gke("network", "our-network")),
		key(existing+"subnetwork", "our-subnetwork", gke("subnetwork", "our-subnetwork")),
		key(existing+"podRange", "our-pods", gke("ipAllocationPolicy.clusterSecondaryRangeName", "our-pods")),
		key(existing+"serviceRange", "our-services", gke("ipAllocationPolicy.servicesSecondaryRangeName", "our-services")),
		key(existing+"vpc", "vpc-0b", onEKS("modelferry:eks:Network", "modelferry", "existing", "vpc-0b")),
		key(existing+"privateSubnets", private, onEKS(eksCluster, "modelferry", "vpcConfig.subnetIds", private), onEKS("NodeGroup", "modelferry", "subnetIds", private)),
	)
	rows = append(rows, unshown(existing+"publicSubnets", []any{"subnet-0e"}, "they are looked up, and a load balancer's controller finds them by their tags").only("eks"))
	for k := range rows {
		rows[k] = rows[k].with(map[string]any{at + "existing": byStack{"gke": stacktest.ExistingNetworks["gke"], "eks": stacktest.ExistingNetworks["eks"]}})
	}
	return append(rows, together(
		key(at+"cidr", "10.8.0.0/18", subnetwork("ipCidrRange", "10.8.0.0/18"), onEKS("ec2/vpc:Vpc", "modelferry", "cidrBlock", "10.8.0.0/18"),
			onEKS("ec2/subnet:Subnet", "modelferry-public-1", "cidrBlock", "10.8.8.0/21")),
		key(at+"podCIDR", "10.16.0.0/14", subnetwork("secondaryIpRanges[0].ipCidrRange", "10.16.0.0/14")),
		key(at+"serviceCIDR", "10.9.0.0/20", subnetwork("secondaryIpRanges[1].ipCidrRange", "10.9.0.0/20")),
		key(at+"controlPlaneCIDR", "10.10.0.0/28", gke("privateClusterConfig.masterIpv4CidrBlock", "10.10.0.0/28")),
		key(at+"natPerZone", true, onEKS("NatGateway", "modelferry-2", "", there)),
	)...)
}

// poolKeys are those of the nodes. Each cloud has its own words for what they
// run on and how many there are.
func poolKeys() []keyRow {
	machine := func(pool, want string) []shown {
		return []shown{onGKE("NodePool", pool, "nodeConfig.machineType", want), onEKS("LaunchTemplate", pool, "instanceType", want)}
	}
	least := func(pool string, want float64) []shown {
		return []shown{onGKE("NodePool", pool, "autoscaling.totalMinNodeCount", want), onEKS("NodeGroup", pool, "scalingConfig.minSize", want)}
	}
	most := func(pool string, want float64) []shown {
		return []shown{onGKE("NodePool", pool, "autoscaling.totalMaxNodeCount", want), onEKS("NodeGroup", pool, "scalingConfig.maxSize", want)}
	}
	disk := func(pool string, of int, want float64) []shown {
		size := fmt.Sprintf("blockDeviceMappings[%d].ebs.volumeSize", of)
		return []shown{onGKE("NodePool", pool, "nodeConfig.diskSizeGb", want), onEKS("LaunchTemplate", pool, size, want)}
	}
	const gpus = "modelferry-gpu"
	rows := together(
		key("cluster.create.machineType", "large", machine("modelferry", "large")...),
		key("cluster.create.nodes.min", 2, least("modelferry", 2)...),
		key("cluster.create.nodes.max", 9, most("modelferry", 9)...),
		key("cluster.create.diskGiB", 120, slices.Concat(disk("modelferry", 0, 120), disk("modelferry-system", 0, 120), disk(gpus, 1, 120))...),
		key("cluster.create.system.machineType", "small", machine("modelferry-system", "small")...),
		key("cluster.create.system.min", 3, least("modelferry-system", 3)...),
		key("cluster.create.system.max", 8, most("modelferry-system", 8)...),
		key("gpu.machineType", "huge", machine(gpus, "huge")...),
		key("gpu.accelerator", "nvidia-l4", onGKE("NodePool", gpus, "nodeConfig.guestAccelerators[0].type", "nvidia-l4")),
		key("gpu.zones", []any{"europe-west1-c"}, onGKE("NodePool", gpus, "nodeLocations", []any{"europe-west1-c"})),
		key("gpu.min", 4, least(gpus, 4)...),
		key("gpu.max", 7, most(gpus, 7)...),
	)
	rows = append(rows, key("gpu.enabled", false, onGKE("NodePool", gpus, "", gone), onEKS("NodeGroup", gpus, "", gone),
		onBoth("Deployment", "nlpinsight", stacktest.ServerContainer+"resources.limits/nvidia.com/gpu", nil)))
	for k := range rows {
		rows[k] = rows[k].with(map[string]any{"releases.nlpinsight.backend": "finbert"}) // it asks for one
	}
	return rows
}

func bucketKeys() []keyRow {
	const googles, amazons = "projects/keys/locations/europe-west1/keyRings/ml/cryptoKeys/buckets", "arn:aws:kms:eu-west-1:" + stacktest.Account + ":key/ours"
	gke := func(bucket, path string, want any) shown { return onGKE(gkeBucket, bucket, path, want) }
	eks := func(bucket, path string, want any) shown { return onEKS("BucketV2", bucket, path, want) }
	encrypted := func(bucket string) shown {
		return onEKS("BucketServerSideEncryptionConfigurationV2", bucket, "rules[0].applyServerSideEncryptionByDefault.kmsMasterKeyId", amazons)
	}
	// Of a lifecycle: what was replaced, what is cold, and in the access logs' what is old.
	rule := func(googles, amazons string, want float64, buckets ...string) []shown {
		var all []shown
		for _, bucket := range buckets {
			all = append(all, gke(bucket, "lifecycleRules"+googles, want), onEKS(eksLifecycle, bucket, "rules"+amazons, want))
		}
		return all
	}
	var softly []shown
	for _, bucket := range []string{"models", "datasets", "access-logs"} {
		softly = append(softly, gke(bucket, "softDeletePolicy.retentionDurationSeconds", 14*24*60*60.))
	}
	return append(together(
		key("buckets.models", "our-models", gke("models", "name", "our-models"), eks("models", "bucket", "our-models"),
			onGKE("ConfigMap", "bankchurn-model", "data.GCS_BUCKET", "our-models"), onEKS("ConfigMap", "bankchurn-model", "data.S3_BUCKET", "our-models")),
		key("buckets.datasets", "our-datasets", gke("datasets", "name", "our-datasets"), eks("datasets", "bucket", "our-datasets"),
			onBoth("ConfigMap", "bankchurn-model", "data.ARTIFACTS", holds{`"bucket":"our-datasets"`})),
		key("buckets.accessLogs", "our-logs", gke("access-logs", "name", "our-logs"), eks("access-logs", "bucket", "our-logs"),
			gke("models", "logging.logBucket", "our-logs"), onEKS("BucketLoggingV2", "models", "targetBucket", "our-logs")),
		key("buckets.coldAfterDays", 45, rule("[2].condition.age", "[2].transitions[0].days", 45, "models", "datasets", "access-logs")...),
		key("buckets.logDays", 200, rule("[3].condition.age", "[3].expiration.days", 200, "access-logs")...),
		key("buckets.noncurrent.days", 8, rule("[1].condition.daysSinceNoncurrentTime", "[1].noncurrentVersionExpiration.noncurrentDays", 8, "models", "datasets", "access-logs")...),
		key("buckets.noncurrent.keep", 5, gke("models", "lifecycleRules[1].condition.numNewerVersions", 6.), gke("access-logs", "lifecycleRules[1].condition.numNewerVersions", 6.),
			onEKS(eksLifecycle, "models", "rules[1].noncurrentVersionExpiration.newerNoncurrentVersions", 5.), onEKS(eksLifecycle, "access-logs", "rules[1].noncurrentVersionExpiration.newerNoncurrentVersions", 5.)),
		key("buckets.softDeleteDays", 14, softly...),
		key("buckets.kmsKey", byStack{"gke": googles, "eks": amazons}, gke("models", "encryption.defaultKmsKeyName", googles), gke("datasets", "encryption.defaultKmsKeyName", googles), gke("access-logs", "encryption.defaultKmsKeyName", googles),
			onGKE("CryptoKeyIAMMember", "buckets", "cryptoKeyId", googles), encrypted("models"), encrypted("datasets"), onEKS("kms/key:Key", "buckets", "", gone),
			onEKS("RolePolicy", "bankchurn-predictor", "policy", holds{amazons})),
	),
		key("buckets.forceDestroy", true, gke("models", "forceDestroy", true), gke("models", "(retained)", false), onGKE(gkeImages, "modelferry", "(retained)", false),
			eks("models", "forceDestroy", true), eks("models", "(retained)", false), onEKS(eksImages, "fetcher", "forceDelete", true), onEKS(eksImages, "fetcher", "(retained)", false),
			onEKS("kms/key:Key", "buckets", "(retained)", false)),
	)
}
