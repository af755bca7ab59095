package components

import "fmt"

// Account holds the keys of the object store's root account.
type Account struct {
	AccessKey string `json:"accessKey"`
	SecretKey string `json:"secretKey"`
}

// ObjectStore is the server behind the stack's buckets: GCS's API on GKE, S3's on EKS. The account is S3's.
func (s NodeConfig) ObjectStore(account Account) Process {
	data := StackDir + "/data/store"
	if s.Stack == "gke" {
		return Process{
			Name: "fake-gcs-server",
			Command: []string{
				BinDir + "/fake-gcs-server", "-scheme", "http",
				"-host", s.Range.NodeIP().String(), "-port", fmt.Sprint(StorePort),
				"-backend", "filesystem", "-filesystem-root", data,
				// Answers hold links to the object: they must lead back here.
				"-external-url", s.StoreURL(), "-public-host", s.address(StorePort),
				"-log-level", "warn",
			},
			Env: []string{"GOGC=50", "GOMEMLIMIT=128MiB"},
		}
	}
	return Process{
		Name: "versitygw",
		Command: []string{
			BinDir + "/versitygw", "--port", s.address(StorePort), "--quiet", "--keep-alive",
			"--region", s.Region,
			"--iam-dir", data + "/iam",
			"posix", "--versioning-dir", data + "/versions", data + "/buckets",
		},
		Env: []string{
			"ROOT_ACCESS_KEY=" + account.AccessKey, "ROOT_SECRET_KEY=" + account.SecretKey,
			"GOGC=50", "GOMEMLIMIT=128MiB",
		},
	}
}

// StoreDirs are the folders that the object store wants to find.
func (s NodeConfig) StoreDirs() []string {
	if s.Stack == "gke" {
		return []string{StackDir + "/data/store"}
	}
	return []string{StackDir + "/data/store/iam", StackDir + "/data/store/versions", StackDir + "/data/store/buckets"}
}
