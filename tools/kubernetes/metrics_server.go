package main

import (
	"github.com/spf13/cobra"
	openapinamer "k8s.io/apiserver/pkg/endpoints/openapi"
	"k8s.io/apiserver/pkg/server"
	generatedopenapi "k8s.io/kubernetes/pkg/generated/openapi"
	"sigs.k8s.io/metrics-server/cmd/metrics-server/app/options"
	"sigs.k8s.io/metrics-server/pkg/api"
)

// newMetricsServerCommand returns the command of metrics-server. Its own cannot be used: it was generated for older
// Kubernetes libraries than these, which do not find its OpenAPI definitions. Those of the API server include the types
// of the metrics API.
func newMetricsServerCommand() *cobra.Command {
	o := options.NewOptions()
	cmd := &cobra.Command{
		Use: "metrics-server",
		RunE: func(*cobra.Command, []string) error {
			if errs := o.Validate(); len(errs) > 0 {
				return errs[0]
			}
			config, err := o.ServerConfig()
			if err != nil {
				return err
			}
			namer := openapinamer.NewDefinitionNamer(api.Scheme)
			config.Apiserver.OpenAPIConfig = server.DefaultOpenAPIConfig(generatedopenapi.GetOpenAPIDefinitions, namer)
			config.Apiserver.OpenAPIV3Config = server.DefaultOpenAPIV3Config(generatedopenapi.GetOpenAPIDefinitions, namer)
			s, err := config.Complete()
			if err != nil {
				return err
			}
			return s.RunUntil(server.SetupSignalContext().Done())
		},
	}
	flags := o.Flags()
	for _, set := range flags.FlagSets {
		cmd.Flags().AddFlagSet(set)
	}
	return cmd
}
