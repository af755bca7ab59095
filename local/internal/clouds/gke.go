package clouds

import "github.com/modelferry/modelferry/config"

var gke = Cloud{
	Name:         config.GKE,
	AddressRange: "10.213",
	Provider:     "gcp",
	ExecPlugin:   "gke-gcloud-auth-plugin",
	IngressCRDs:  []string{"BackendConfig", "FrontendConfig"},
	ObjectStore: ObjectStore{
		Program:   "fake-gcs-server",
		URLScheme: "gs",
		Run: func(o StoreOptions) (args, env []string) {
			address := o.Host + ":" + o.Port
			return []string{
				"-scheme", "http", "-host", o.Host, "-port", o.Port,
				"-backend", "filesystem", "-filesystem-root", o.DataDir,
				// Responses contain links to the object, which must have this server's address.
				"-external-url", "http://" + address, "-public-host", address,
				"-log-level", "warn",
			}, nil
		},
	},
}
