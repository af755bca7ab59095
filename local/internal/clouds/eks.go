package clouds

import "github.com/modelferry/modelferry/config"

var eks = Cloud{
	Name:          config.EKS,
	AddressRange:  "10.214",
	Provider:      "aws",
	ExecPlugin:    "aws",
	DefaultRegion: "us-east-1",
	PodIdentity:   true,
	// The Prometheus Operator.
	Monitoring: Monitoring{Key: "serviceMonitors", ExporterManifest: "service-monitors.yaml", ExporterKind: "ServiceMonitor"},
	ObjectStore: ObjectStore{
		Program:     "versitygw",
		URLScheme:   "s3",
		HasAccounts: true,
		Subdirs:     []string{"iam", "versions", "buckets"},
		Run: func(o StoreOptions) (args, env []string) {
			return []string{
				"--port", o.Host + ":" + o.Port, "--quiet", "--keep-alive",
				"--region", o.Region,
				"--iam-dir", o.DataDir + "/iam",
				"posix", "--versioning-dir", o.DataDir + "/versions", o.DataDir + "/buckets",
			}, []string{"ROOT_ACCESS_KEY=" + o.Root.AccessKey, "ROOT_SECRET_KEY=" + o.Root.SecretKey}
		},
	},
	Account: func(c config.Config) map[string]any {
		if c.Cluster.Create == nil {
			return nil
		}
		// The program requires an administrator in the caller's account, which is the first one that is allowed.
		account := c.Cluster.Create.AdminAccounts()[0]
		values := map[string]any{"aws:allowedAccountIds": []any{account}}
		if len(c.AWS.ForbiddenAccountIDs) > 0 {
			values["aws:forbiddenAccountIds"] = nil // the provider refuses both lists together
		}
		return values
	},
	Overrides: func(c config.Config) map[string]any {
		if c.Cluster.Create == nil {
			return nil
		}
		// The Cluster Autoscaler would find no Auto Scaling group.
		return map[string]any{
			"modelferry:cluster": map[string]any{"create": map[string]any{"autoscaler": map[string]any{"enabled": false}}},
		}
	},
}
