package configtest

import (
	"pgregory.net/rapid"

	"github.com/modelferry/modelferry/config"
)

// fixture has the values of a cloud that are not valid on every cloud.
type fixture struct {
	// providerKeys are the keys of the cloud's Pulumi provider.
	providerKeys Settings
	// providerOptions are further keys of the provider.
	providerOptions []option
	// values of keys by path.
	values          map[string]*rapid.Generator[any]
	existingNetwork *rapid.Generator[any]
	certificate     string
	// needsIngressSources reports whether ingress.sources is required.
	needsIngressSources func(s Settings) bool
}

var fixtures = map[config.Cloud]fixture{
	config.GKE: {
		providerKeys:    Settings{"gcp:project": "modelferry-demo", "gcp:region": "europe-west1"},
		providerOptions: []option{{"gcp:userProjectOverride", oneOf(true, false)}},
		values: map[string]*rapid.Generator[any]{
			"buckets.coldAfterDays":             oneOf(1, 90, 365),
			"cluster.create.machineType":        oneOf("e2-medium", "n2-custom-4-8192"),
			"cluster.create.system.machineType": oneOf("e2-small"),
			"gpu.machineType":                   oneOf("n1-standard-8"),
			"buckets.kmsKey":                    oneOf("projects/keys/locations/europe-west1/keyRings/ml/cryptoKeys/buckets"),
			"cluster.create.kmsKey":             oneOf("projects/keys/locations/europe-west1/keyRings/ml/cryptoKeys/secrets"),
			"registry.readers":                  oneOf([]any{"serviceAccount:nodes@other.iam.gserviceaccount.com", "group:ml@example.com"}),
		},
		existingNetwork: oneOf(
			map[string]any{"network": "shared", "subnetwork": "ml", "podRange": "pods", "serviceRange": "services"},
			map[string]any{
				"network": "projects/host/global/networks/shared", "subnetwork": "projects/host/regions/europe-west1/subnetworks/ml",
				"podRange": "pods", "serviceRange": "services",
			},
		),
		certificate:         "models-certificate",
		needsIngressSources: func(s Settings) bool { return s.object("ingress")["internal"] == true },
	},
	config.EKS: {
		providerKeys: Settings{"aws:region": "eu-west-1"},
		providerOptions: []option{
			{"aws:profile", oneOf("ml")}, {"aws:assumeRole.roleArn", oneOf("arn:aws:iam::123456789012:role/deployer")},
			{"aws:allowedAccountIds", oneOf([]any{"123456789012"}, []any{"123456789012", "210987654321"})},
		},
		values: map[string]*rapid.Generator[any]{
			"buckets.coldAfterDays":             oneOf(30, 90, 365),
			"cluster.create.machineType":        oneOf("t3.medium", "u-6tb1.56xlarge"),
			"cluster.create.system.machineType": oneOf("t3.small"),
			"gpu.machineType":                   oneOf("g5.xlarge"),
			"buckets.kmsKey":                    oneOf("arn:aws:kms:eu-west-1:123456789012:key/ours"),
			"cluster.create.kmsKey":             oneOf("arn:aws:kms:eu-west-1:123456789012:key/secrets"),
			"registry.readers": oneOf(
				[]any{"arn:aws:iam::210987654321:root", "arn:aws:iam::210987654321:role/path/nodes"},
			),
		},
		existingNetwork: oneOf(
			map[string]any{"vpc": "vpc-0a", "privateSubnets": []any{"subnet-0a", "subnet-0b"}},
			map[string]any{
				"vpc": "vpc-0a", "privateSubnets": []any{"subnet-0a", "subnet-0b", "subnet-0d"}, "publicSubnets": []any{"subnet-0c"},
			},
		),
		certificate: "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b-2c3d",
		needsIngressSources: func(s Settings) bool {
			return s.object("cluster", "create") == nil || s.object("cluster", "create", "network", "existing") != nil
		},
	},
}
