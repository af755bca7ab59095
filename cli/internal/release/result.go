package release

import (
	"github.com/modelferry/modelferry/cli/internal/records"
)

// Result is what a command did.
type Result struct {
	Service string        `json:"service"`
	DryRun  bool          `json:"dryRun,omitempty"`
	Stacks  []StackResult `json:"stacks"`
}

// StackResult is what a command did with one stack.
type StackResult struct {
	Stack string `json:"stack"`
	// File is the path of the stack's file.
	File string `json:"file"`
	// Artifacts are those that the command released, by name.
	Artifacts map[string]ArtifactResult `json:"artifacts"`
	// Changed is true if the stack's file was changed.
	Changed bool `json:"changed"`
	// Diff of the stack's file.
	Diff string `json:"diff,omitempty"`
	// Record is the number of the record of the release, or 0 for a dry run.
	Record    int    `json:"record,omitempty"`
	RecordURL string `json:"recordURL,omitempty"`
	// RollbackTo is the number of the release that a rollback went back to.
	RollbackTo int `json:"rollbackTo,omitempty"`
	// Deployed is true if the stack was deployed.
	Deployed bool `json:"deployed,omitempty"`
	// Restored is true if the deployment failed, and the file has its former content.
	Restored bool `json:"restored,omitempty"`
}

// ArtifactResult is a released artifact.
type ArtifactResult struct {
	records.Artifact

	URL string `json:"url"`
	// Uploaded is false if the bucket had the object.
	Uploaded bool `json:"uploaded"`
}

// newStackResult returns the result of a step, whose file has the edits.
func newStackResult(t *target, artifacts map[string]ArtifactResult) StackResult {
	return StackResult{
		Stack: t.stack(), File: t.file.Path(), Artifacts: artifacts, Changed: t.file.Changed(), Diff: t.file.Diff(),
	}
}
