package clouds

import "github.com/modelferry/modelferry/config"

var gke = Cloud{
	Name:           config.GKE,
	AddressRange:   "10.213",
	Provider:       "gcp",
	ExecPlugin:     "gke-gcloud-auth-plugin",
	IngressCRDs:    []string{"BackendConfig", "FrontendConfig"},
	MetadataServer: true,
	// Managed Service for Prometheus.
	Monitoring: Monitoring{
		Key: "podMonitorings", ExporterManifest: "cluster-pod-monitorings.yaml", ExporterKind: "ClusterPodMonitoring",
	},
	ObjectStore: ObjectStore{
		Program:     "fake-gcs-server",
		URLScheme:   "gs",
		HasAccounts: true,
		// The server has no authentication: package gkeidentity listens on the node's address.
		ListenHost: "127.0.0.1",
		Run: func(o StoreOptions) (args, env []string) {
			address := o.Host + ":" + o.Port
			return []string{
				"-scheme", "http", "-host", "127.0.0.1", "-port", o.Port,
				"-backend", "filesystem", "-filesystem-root", o.DataDir,
				// Responses contain links to the object, which must have this server's address.
				"-external-url", "http://" + address, "-public-host", address,
				"-log-level", "warn",
			}, nil
		},
	},
	Overrides: func(config.Config) map[string]any {
		// The endpoint is plain HTTP. As the real one it takes tokens, and refuses requests without.
		return map[string]any{"modelferry:endpoints": map[string]any{"anonymous": false}}
	},
}
