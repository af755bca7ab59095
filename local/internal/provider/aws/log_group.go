package aws

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"

	"github.com/modelferry/modelferry/local/internal/provider"
)

// LogGroupType is the type token of a log group of CloudWatch.
const LogGroupType = "aws:cloudwatch/logGroup:LogGroup"

// logGroupResources are only recorded: the local control plane writes its logs to files.
var logGroupResources = map[string]provider.Resource{
	LogGroupType: {
		Args: cloudwatch.LogGroupArgs{}, State: cloudwatch.LogGroupState{}, NameProperty: "name",
		ReplaceOnChanges: []string{"name", "namePrefix", "logGroupClass"},
		ID:               provider.Template("{name}"),
		Outputs: map[string]provider.OutputFunc{
			"arn": arn("logs", "log-group:{name}"), "logGroupClass": provider.ConstOutput("STANDARD"),
		},
	},
}
