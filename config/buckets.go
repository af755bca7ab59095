package config

// The buckets that artifacts lie in, by the names that the catalogue uses.
const (
	Models   = "models"
	Datasets = "datasets"
)

// Buckets names the stack's buckets and says how long they keep what.
type Buckets struct {
	// Name of the bucket for models. Default: PROJECT-STACK-models on GKE, ACCOUNT-REGION-STACK-models on EKS.
	Models string `json:"models"`
	// Name of the bucket for datasets. Default: as for models, ending in -datasets.
	Datasets string `json:"datasets"`
	// Age in days at which an object moves to the cheaper class (NEARLINE, STANDARD_IA).
	ColdAfterDays int `json:"coldAfterDays" default:"90"`
	// Whether destroying the stack deletes the buckets with all that they hold.
	ForceDestroy bool `json:"forceDestroy"`
}

// BucketNames returns the names by which the catalogue refers to buckets.
func BucketNames() []string { return []string{Models, Datasets} }

// Named returns the configured name of the bucket, "" for the default one.
func (b Buckets) Named(bucket string) string {
	switch bucket {
	case Models:
		return b.Models
	case Datasets:
		return b.Datasets
	}
	return ""
}
