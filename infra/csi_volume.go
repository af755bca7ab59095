package infra

// CSIVolume is a read-only volume of a part of a bucket.
type CSIVolume struct {
	// Driver is the name of the CSI driver.
	Driver string
	// Prefix of the objects in the volume. It ends in "/".
	Prefix string
	// Attributes of the volume besides the bucket's name.
	Attributes map[string]string
	// MountOptions of the driver.
	MountOptions []string
	// Ephemeral reports whether the driver supports ephemeral inline volumes. Otherwise it needs a PersistentVolume.
	Ephemeral bool
	// Annotations that the driver needs on the pods.
	Annotations map[string]string
}
