package kubernetes

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil/rpcerror"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
)

// initFailure tells the engine that the object exists, with these properties, but did not come up. The engine
// keeps it as it is and tries again with the next update.
func initFailure(id resource.ID, outputs, inputs resource.PropertyMap, cause error) error {
	keep := plugin.MarshalOptions{KeepSecrets: true, KeepResources: true, KeepUnknowns: true}
	properties, err := plugin.MarshalProperties(outputs, keep)
	if err != nil {
		return cause
	}
	given, err := plugin.MarshalProperties(inputs, keep)
	if err != nil {
		return cause
	}
	return rpcerror.WithDetails(rpcerror.New(codes.Unknown, cause.Error()), &pulumirpc.ErrorResourceInitFailed{
		Id: string(id), Properties: properties, Inputs: given, Reasons: []string{cause.Error()},
	})
}
