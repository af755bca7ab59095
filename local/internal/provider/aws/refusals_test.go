package aws_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/provider/aws"
	"github.com/modelferry/modelferry/local/internal/provider/refusaltest"
)

const (
	vpcType        = "aws:ec2/vpc:Vpc"
	subnetType     = "aws:ec2/subnet:Subnet"
	gatewayType    = "aws:ec2/internetGateway:InternetGateway"
	natType        = "aws:ec2/natGateway:NatGateway"
	groupType      = "aws:eks/nodeGroup:NodeGroup"
	attachmentType = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
	templateType   = "aws:ec2/launchTemplate:LaunchTemplate"
	aliasType      = "aws:kms/alias:Alias"
	ecrType        = "aws:ecr/repository:Repository"
	loggingType    = "aws:s3/bucketLoggingV2:BucketLoggingV2"
	roleARN        = "arn:aws:iam::123456789012:role/nodes"
)

// network has a VPC with two subnets in us-east-1, of which the second is in a zone without control planes.
func network() []cloudstate.Resource {
	return []cloudstate.Resource{
		refusaltest.Record(vpcType, "vpc-1", object{"cidrBlock": "10.0.0.0/16"}),
		refusaltest.Record(subnetType, "subnet-a", object{"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/24", "availabilityZone": "us-east-1a"}),
		refusaltest.Record(subnetType, "subnet-c", object{"vpcId": "vpc-1", "cidrBlock": "10.0.1.0/24", "availabilityZone": "us-east-1c"}),
		refusaltest.Record(gatewayType, "igw-1", object{"vpcId": "vpc-1"}),
	}
}

func nodeRole(policies ...string) []cloudstate.Resource {
	records := []cloudstate.Resource{
		refusaltest.Record(roleType, "nodes", object{"arn": roleARN}), refusaltest.Record(aws.ClusterType, "main", object{"name": "main"}),
	}
	for _, policy := range policies {
		records = append(
			records,
			refusaltest.Record(attachmentType, policy, object{"role": "nodes", "policyArn": "arn:aws:iam::aws:policy/" + policy}),
		)
	}
	return records
}

func newRefusingCloud(t *testing.T, account string, records []cloudstate.Resource) refusaltest.Cloud {
	t.Helper()
	return refusaltest.New(t, aws.Package(), object{"region": "us-east-1"}, account, records)
}

// AWS refuses to create a resource with these words, and the local cloud has no record of it then.
func TestRefusals_create(t *testing.T) {
	cluster := func(changes object) object {
		inputs := object{"name": "main", "roleArn": roleARN, "vpcConfig": object{"subnetIds": []any{"subnet-a"}}}
		for key, value := range changes {
			inputs[key] = value
		}
		return inputs
	}
	group := object{
		"clusterName": "main", "nodeGroupName": "system", "nodeRoleArn": roleARN, "subnetIds": []any{"subnet-a"},
		"scalingConfig": object{"desiredSize": 2, "minSize": 1, "maxSize": 3},
	}
	withNetwork := func(records ...cloudstate.Resource) []cloudstate.Resource { return append(network(), records...) }
	role := refusaltest.Record(roleType, "nodes", object{"arn": roleARN})
	policies := []string{"AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryPullOnly"}
	const sdk = "https response error StatusCode: "
	for name, c := range map[string]struct {
		typ     string
		inputs  object
		account string
		records []cloudstate.Resource
		want    []string
	}{
		"bucket of another account": {bucketType, object{"bucket": "models"}, "foreignBuckets: [models]", nil,
			[]string{"creating S3 Bucket (models): operation error S3: CreateBucket, " + sdk + "409", "BucketAlreadyExists"}},
		"bucket of this account": {bucketType, object{"bucket": "models"}, "", []cloudstate.Resource{refusaltest.Record(bucketType, "models", nil)},
			[]string{"BucketAlreadyOwnedByYou"}},
		"log target": {loggingType, object{"bucket": "models", "targetBucket": "logs", "targetPrefix": "models/"}, "", nil,
			[]string{"InvalidTargetBucketForLogging: The target bucket for logging does not exist"}},
		"role": {roleType, object{"name": "nodes", "assumeRolePolicy": "{}"}, "", []cloudstate.Resource{role},
			[]string{"creating IAM Role (nodes): operation error IAM: CreateRole", "EntityAlreadyExists: Role with name nodes already exists."}},
		"alias": {aliasType, object{"name": "alias/a", "targetKeyId": "k"}, "", []cloudstate.Resource{refusaltest.Record(aliasType, "alias/a", nil)},
			[]string{"AlreadyExistsException: An alias with the name arn:aws:kms:us-east-1:123456789012:alias/a already exists"}},
		"repository": {ecrType, object{"name": "a/b"}, "", []cloudstate.Resource{refusaltest.Record(ecrType, "a/b", nil)},
			[]string{"The repository with name 'a/b' already exists in the registry with id '123456789012'"}},
		"OIDC provider": {aws.OIDCProviderType, object{"url": "https://issuer", "clientIdLists": []any{"a"}}, "",
			[]cloudstate.Resource{refusaltest.Record(aws.OIDCProviderType, "arn:aws:iam::123456789012:oidc-provider/issuer", nil)},
			[]string{"Provider with url https://issuer already exists."}},
		"log group": {aws.LogGroupType, object{"name": "/a"}, "", []cloudstate.Resource{refusaltest.Record(aws.LogGroupType, "/a", nil)},
			[]string{"ResourceAlreadyExistsException: The specified log group already exists"}},
		"log group that EKS created": {aws.LogGroupType, object{"name": "/aws/eks/main/cluster"}, "", nodeRole(),
			[]string{"The specified log group already exists"}},
		"launch template": {templateType, object{"name": "main"}, "", []cloudstate.Resource{refusaltest.Record(templateType, "lt-1", object{"name": "main"})},
			[]string{"InvalidLaunchTemplateName.AlreadyExistsException"}},
		"cluster": {aws.ClusterType, cluster(nil), "", nodeRole(), []string{"409", "Cluster already exists with name: main"}},
		"role of a cluster": {aws.ClusterType, cluster(nil), "", network(),
			[]string{"Role with arn: " + roleARN + ", could not be assumed because it does not exist or the trusted entity is not correct"}},
		"subnet of a cluster": {aws.ClusterType, cluster(object{"vpcConfig": object{"subnetIds": []any{"subnet-0"}}}), "", withNetwork(role),
			[]string{"The subnet ID 'subnet-0' does not exist"}},
		"zone without control planes": {aws.ClusterType, cluster(object{"vpcConfig": object{"subnetIds": []any{"subnet-a", "subnet-c"}}}), "",
			withNetwork(role), []string{"UnsupportedAvailabilityZoneException: Cannot create cluster 'main' because us-east-1c, the targeted",
				"Retry and choose from these availability zones: us-east-1a, us-east-1b, us-east-1d"}},
		"one zone": {aws.ClusterType, cluster(nil), "", withNetwork(role), []string{"Subnets specified must be in at least two different AZs"}},
		"service range in the VPC": {
			aws.ClusterType, cluster(object{
				"kubernetesNetworkConfig": object{"serviceIpv4Cidr": "10.0.128.0/20"},
				"vpcConfig":               object{"subnetIds": []any{"subnet-a", "subnet-b"}},
			}), "",
			withNetwork(role, refusaltest.Record(subnetType, "subnet-b", object{"vpcId": "vpc-1", "availabilityZone": "us-east-1b"})),
			[]string{"InvalidParameterException", "10.0.128.0/20 overlaps"},
		},
		"key of another region": {aws.ClusterType, cluster(object{
			"encryptionConfig": object{"provider": object{"keyArn": "arn:aws:kms:eu-west-1:123456789012:key/k"}, "resources": []any{"secrets"}},
		}), "", []cloudstate.Resource{role}, []string{"InvalidParameterException: The KMS key arn:aws:kms:eu-west-1:123456789012:key/k"}},
		"node group of no cluster": {groupType, group, "", []cloudstate.Resource{role}, []string{"No cluster found for name: main."}},
		"role of a node group": {groupType, group, "", []cloudstate.Resource{refusaltest.Record(aws.ClusterType, "main", nil)},
			[]string{"could not be assumed because it does not exist"}},
		"node group": {groupType, group, "", append(nodeRole(policies...), refusaltest.Record(groupType, "main:system", nil)),
			[]string{"NodeGroup already exists with name system and cluster name main"}},
		"nodes without a policy": {groupType, group, "", nodeRole(policies[:2]...),
			[]string{"unexpected state 'CREATE_FAILED'", "NodeCreationFailure: Instances failed to join the kubernetes cluster"}},
		"nodes without a route": {groupType, group, "", append(nodeRole(policies...), network()...), []string{"NodeCreationFailure"}},
		"association": {aws.PodIdentityAssociationType, object{
			"clusterName": "main", "namespace": "n", "serviceAccount": "a", "roleArn": roleARN,
		}, "", append(nodeRole(), refusaltest.Record(aws.PodIdentityAssociationType, "a-1",
			object{"clusterName": "main", "namespace": "n", "serviceAccount": "a"})), []string{"Association already exists"}},
		"subnet of no VPC": {subnetType, object{"vpcId": "vpc-0", "cidrBlock": "10.0.2.0/24"}, "", nil,
			[]string{"InvalidVpcID.NotFound: The vpc ID 'vpc-0' does not exist"}},
		"subnet outside of the VPC": {subnetType, object{"vpcId": "vpc-1", "cidrBlock": "10.1.0.0/24"}, "", network(),
			[]string{"InvalidSubnet.Range: The CIDR '10.1.0.0/24' is invalid."}},
		"subnet in use": {subnetType, object{"vpcId": "vpc-1", "cidrBlock": "10.0.1.128/25"}, "", network(),
			[]string{"InvalidSubnet.Conflict: The CIDR '10.0.1.128/25' conflicts with another subnet"}},
		"NAT without internet gateway": {natType, object{"subnetId": "subnet-a", "allocationId": "e"}, "", network()[:3],
			[]string{"Gateway.NotAttached"}},
		"quota of VPCs": {vpcType, object{"cidrBlock": "10.1.0.0/16"}, "quotas: {vpcs: 1}", network(),
			[]string{"operation error EC2: CreateVpc", "api error VpcLimitExceeded: The maximum number of VPCs has been reached."}},
		"quota of addresses": {"aws:ec2/eip:Eip", object{"domain": "vpc"}, "quotas: {elasticIPs: 0}", nil, []string{"AddressLimitExceeded"}},
		"quota of NAT gateways": {natType, object{"subnetId": "subnet-a", "allocationId": "e"}, "quotas: {natGateways: 0}", network(),
			[]string{"NatGatewayLimitExceeded"}},
		"quota of vCPUs": {groupType, group, "quotas: {vcpus: 3}", nodeRole(policies...), []string{"AsgInstanceLaunchFailures", "than your current vCPU limit of 3 allows"}},
		"unknown quota": {vpcType, object{"cidrBlock": "10.1.0.0/16"}, "quotas: {vpc: 1}", nil,
			[]string{`invalid quota "vpc": must be one of vpcs, elasticIPs`}},
		"unknown setting": {vpcType, object{"cidrBlock": "10.1.0.0/16"}, "quota: {vpc: 1}", nil, []string{"field quota not found"}},
	} {
		t.Run(name, func(t *testing.T) {
			cloud, request := newRefusingCloud(t, c.account, c.records), refusaltest.NewCreateRequest(c.typ, c.inputs)
			cloud.RequireCreateRefused(t, request, c.want...)

			request.Preview = true
			_, err := cloud.Create(context.Background(), request)
			require.NoError(t, err, "a preview does not know it")
		})
	}
}

// AWS refuses to delete what is in use.
func TestRefusals_delete(t *testing.T) {
	gateway := append(network(), refusaltest.Record(natType, "nat-1", object{"subnetId": "subnet-a"}))
	for name, c := range map[string]struct {
		typ, id string
		inputs  object
		records []cloudstate.Resource
		want    string // "" if it is not refused
	}{
		"VPC": {vpcType, "vpc-1", nil, network(),
			"api error DependencyViolation: The vpc 'vpc-1' has dependencies and cannot be deleted."},
		"empty VPC": {vpcType, "vpc-2", nil, network(), ""},
		"subnet with a NAT gateway": {subnetType, "subnet-a", nil, gateway,
			"api error DependencyViolation: The subnet 'subnet-a' has dependencies and cannot be deleted."},
		"subnet of nodes": {subnetType, "subnet-a", nil, []cloudstate.Resource{refusaltest.Record(groupType, "main:a", object{"subnetIds": []any{"subnet-a"}})},
			"The subnet 'subnet-a' has dependencies"},
		"subnet of a cluster": {subnetType, "subnet-a", nil, []cloudstate.Resource{
			refusaltest.Record(aws.ClusterType, "main", object{"vpcConfig": object{"subnetIds": []any{"subnet-a"}}}),
		}, "The subnet 'subnet-a' has dependencies"},
		"empty subnet": {subnetType, "subnet-c", nil, gateway, ""},
		"internet gateway": {gatewayType, "igw-1", object{"vpcId": "vpc-1"}, gateway, "DependencyViolation: Network vpc-1 has some mapped " +
			"public address(es). Please unmap those public address(es) before detaching the gateway."},
		"unused internet gateway": {gatewayType, "igw-1", object{"vpcId": "vpc-1"}, network(), ""},
		"role with policies": {roleType, "nodes", object{"name": "nodes"}, nodeRole("AmazonEKS_CNI_Policy"),
			"deleting IAM Role (nodes): operation error IAM: DeleteRole, https response error StatusCode: 409, RequestID: local, " +
				"DeleteConflict: Cannot delete entity, must detach all policies first."},
		"role with an inline policy": {roleType, "nodes", object{"name": "nodes"}, append(nodeRole(), refusaltest.Record(rolePolicy, "nodes:a", object{"role": "nodes"})),
			"DeleteConflict: Cannot delete entity, must delete policies first."},
		"cluster with node groups": {aws.ClusterType, "main", object{"name": "main"}, []cloudstate.Resource{
			refusaltest.Record(groupType, "main:a", object{"clusterName": "main"}),
		}, "deleting EKS Cluster (main): operation error EKS: DeleteCluster, https response error StatusCode: 409, RequestID: local, " +
			"ResourceInUseException: Cluster has nodegroups attached"},
		"cluster": {aws.ClusterType, "main", object{"name": "main"}, nil, ""},
		"node group whose role has no policies": {groupType, "main:a", object{"clusterName": "main", "nodeGroupName": "a", "nodeRoleArn": roleARN},
			nodeRole(), "unexpected state 'DELETE_FAILED'"},
	} {
		t.Run(name, func(t *testing.T) {
			newRefusingCloud(t, "", c.records).RequireDelete(t, c.typ, c.id, c.inputs, c.want)
		})
	}
}

// Names and ranges that the provider refuses in a preview.
func TestInputFormats(t *testing.T) {
	long := func(n int) string { return strings.Repeat("a", n) }
	for name, c := range map[string]struct {
		typ      string
		inputs   object
		property string
		want     string
	}{
		"bucket":           {bucketType, object{"bucket": long(64)}, "bucket", "expected length of bucket to be in the range (3 - 63)"},
		"bucket's letters": {bucketType, object{"bucket": "Models"}, "bucket", "only lowercase alphanumeric characters"},
		"role":             {roleType, object{"name": long(65), "assumeRolePolicy": "{}"}, "name", "expected length of name to be in the range (1 - 64)"},
		"role's prefix":    {roleType, object{"namePrefix": long(39), "assumeRolePolicy": "{}"}, "namePrefix", "in the range (1 - 38)"},
		"cluster":          {aws.ClusterType, object{"name": long(101), "roleArn": "r", "vpcConfig": object{"subnetIds": []any{"s"}}}, "name", "length must be between 1-100"},
		"alias":            {aliasType, object{"name": "secrets", "targetKeyId": "k"}, "name", "must begin with 'alias/'"},
		"repository":       {ecrType, object{"name": "a//b"}, "name", "invalid value for name"},
		"log group":        {aws.LogGroupType, object{"name": "a b"}, "name", "isn't a valid log group name"},
		"VPC":              {vpcType, object{"cidrBlock": "10.0.0.0/8"}, "cidrBlock", "with between 16 and 28 significant bits, got: 8"},
		"VPC's host bits":  {vpcType, object{"cidrBlock": "10.0.0.1/16"}, "cidrBlock", "to contain a valid network Value"},
	} {
		t.Run(name, func(t *testing.T) {
			refusaltest.RequireCheckFailure(t, aws.Package(), c.typ, c.inputs, c.property, c.want)
		})
	}
}
