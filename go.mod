module github.com/modelferry/modelferry

go 1.26

require (
	github.com/pulumi/pulumi/sdk/v3 v3.220.0
	github.com/pulumi/pulumi-gcp/sdk/v7 v7.38.0
	github.com/pulumi/pulumi-aws/sdk/v6 v6.83.2
	github.com/pulumi/pulumi-kubernetes/sdk/v4 v4.24.1
	github.com/stretchr/testify v1.11.1
)
