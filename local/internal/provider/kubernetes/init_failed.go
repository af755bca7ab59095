package kubernetes

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil/rpcerror"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
)

// newInitFailedError returns an error from which the engine learns that the object exists, with these outputs, but did
// not become ready. The engine saves it in the state and updates it in the next run.
func newInitFailedError(id resource.ID, outputs, inputs resource.PropertyMap, cause error) error {
	marshalOptions := plugin.MarshalOptions{KeepSecrets: true, KeepResources: true, KeepUnknowns: true}
	properties, err := plugin.MarshalProperties(outputs, marshalOptions)
	if err != nil {
		return cause
	}
	inputProperties, err := plugin.MarshalProperties(inputs, marshalOptions)
	if err != nil {
		return cause
	}
	return rpcerror.WithDetails(rpcerror.New(codes.Unknown, cause.Error()), &pulumirpc.ErrorResourceInitFailed{
		Id: string(id), Properties: properties, Inputs: inputProperties, Reasons: []string{cause.Error()},
	})
}
