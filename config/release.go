package config

// Release is what is live of a service on one stack. Changing it is how a
// model is updated, and how it is rolled back.
type Release struct {
	// Image of the model server, with a tag or, better, a digest.
	Image string `json:"image" need:"required"`
	// Backend to run, where the service has several.
	Backend string `json:"backend"`
	// How the artifacts come into a pod: fetch, copied and verified by the fetcher, or csi, mounted from the bucket by the cloud's driver.
	Delivery string `json:"delivery" default:"fetch"`
	// Whether it is accepted that nothing compares with sha256 what csi mounts. A stack for production has to say so.
	Unverified bool `json:"unverified"`
	// Version of each artifact, by the catalogue's names.
	Artifacts map[string]ArtifactRelease `json:"artifacts" need:"required"`
}

// ArtifactRelease is one version of an artifact.
type ArtifactRelease struct {
	// Path of the object in its bucket. Under csi, one that ends in / is a folder.
	Path string `json:"path" need:"required"`
	// SHA-256 of the object in hexadecimal; what does not match is not served.
	SHA256 string `json:"sha256"`
	// Size of the object, such as 4.1MB; volumes and requests follow from it.
	Size string `json:"size" need:"required"`
	// Size on disk of what an archive unpacks to. Default: four times its size.
	UnpackedSize string `json:"unpackedSize"`
	// Version to pin: the generation on GCS, the version ID on S3.
	Version string `json:"version"`
}
