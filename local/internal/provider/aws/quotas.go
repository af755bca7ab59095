package aws

import (
	"fmt"
	"strings"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/provider"
)

// quotas have the defaults of a new account.
// https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
var quotas = []provider.Quota{
	// https://github.com/RhinoSecurityLabs/cloudgoat/issues/144
	{Name: "vpcs", Default: 5, Usage: provider.CountOf(vpcType), Message: sdkError("creating EC2 VPC", "EC2", "CreateVpc", 400,
		"api error VpcLimitExceeded: The maximum number of VPCs has been reached.")},
	// https://github.com/redpanda-data/redpanda/issues/14734
	{Name: "elasticIPs", Default: 5, Usage: provider.CountOf(eipType), Message: sdkError("creating EC2 EIP", "EC2", "AllocateAddress", 400,
		"api error AddressLimitExceeded: The maximum number of addresses has been reached.")},
	// Of a zone on AWS. installlogmonitor_test.go in https://github.com/openshift/hive quotes the error.
	{Name: "natGateways", Default: 5, Usage: provider.CountOf(natGatewayType), Message: sdkError("creating EC2 NAT Gateway", "EC2",
		"CreateNatGateway", 400, "api error NatGatewayLimitExceeded: The maximum number of NAT Gateways has been reached.")},
	{Name: "vcpus", Usage: vCPUs, Message: vCPUsExceeded},
}

// vCPUsExceeded is from https://github.com/klothoplatform/klotho/pull/311
func vCPUsExceeded(r *provider.Request) any {
	group := provider.Template("waiting for EKS Node Group ({clusterName}:{nodeGroupName}) create: unexpected state 'CREATE_FAILED', " +
		"wanted target 'ACTIVE'. last error: eks-{nodeGroupName}")(r)
	return fmt.Sprint(group) + ": AsgInstanceLaunchFailures: Could not launch On-Demand Instances. VcpuLimitExceeded - " +
		"You have requested more vCPU capacity than your current vCPU limit of {count} allows for the instance bucket that the specified " +
		"instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit. " +
		"Launching EC2 instance failed."
}

// vCPUs returns the number of vCPUs of the nodes that a node group starts with.
func vCPUs(record cloudstate.Resource, cloud *cloudstate.Cloud) float64 {
	if record.Type != nodeGroupType {
		return 0
	}
	scaling, _ := record.Outputs["scalingConfig"].(map[string]any)
	nodes, _ := scaling["desiredSize"].(float64)
	for _, id := range provider.Strings(record, "launchTemplate.id") {
		if template := cloud.Find(launchTemplateType, id); template != nil {
			return nodes * instanceVCPUs(fmt.Sprint(template.Outputs["instanceType"]))
		}
	}
	return nodes * instanceVCPUs("")
}

// instanceVCPUs returns the vCPUs of an instance type by its size: 2 up to large, 4 for xlarge, 4n for nxlarge.
// https://docs.aws.amazon.com/ec2/latest/instancetypes/gp.html
func instanceVCPUs(instanceType string) float64 {
	_, size, _ := strings.Cut(instanceType, ".")
	factor, isXlarge := strings.CutSuffix(size, "xlarge")
	if !isXlarge {
		return 2
	}
	n := 1.0
	_, _ = fmt.Sscanf(factor, "%g", &n) // xlarge has no number
	return 4 * n
}
