package main

import (
	_ "github.com/creasty/defaults"
	_ "github.com/dustin/go-humanize"
	_ "github.com/go-viper/mapstructure/v2"
	_ "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	_ "github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/storage"
	_ "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	_ "github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	_ "k8s.io/apimachinery/pkg/api/resource"
)

func main() {}
