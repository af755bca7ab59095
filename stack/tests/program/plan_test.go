package program

import (
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

var golden = flag.Bool("golden", false, "write the plans to testdata anew, in place of comparing them")

// The plan of each stack as it lies in the repository is a file that a review
// shows: what a change of code or config does to the clouds stands in its diff.
func TestPlan_golden(t *testing.T) {
	for _, p := range stacktest.Platforms {
		t.Run(p.Stack, func(t *testing.T) {
			plan, err := stacktest.Plan(stacktest.RunRepositoryStack(t, p.Stack, true), stacktest.RunRepositoryStack(t, p.Stack, false))
			require.NoError(t, err)
			file := filepath.Join("..", "..", "testdata", "plan."+p.Stack+".txt")
			if *golden {
				require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
				require.NoError(t, os.WriteFile(file, []byte(plan), 0o644))
				return
			}
			reviewed, err := os.ReadFile(file)
			require.NoError(t, err, "make golden writes it")
			require.Empty(t, changedBlocks(string(reviewed), plan), "the plan of %s is not the reviewed one: run make golden, and read the diff of %s", p.Stack, file)
		})
	}
}

// changedBlocks lists the resources whose blocks are not the same in two plans.
func changedBlocks(one, other string) []string {
	blocks := func(plan string) map[string]bool {
		all := map[string]bool{}
		for block := range strings.SplitSeq(strings.TrimSpace(plan), "\n\n") {
			all[strings.TrimSpace(block)] = true
		}
		return all
	}
	a, b := blocks(one), blocks(other)
	headings := map[string]any{}
	for _, block := range stacktest.UnionKeys(a, b) {
		if !a[block] || !b[block] {
			heading, _, _ := strings.Cut(block, "\n")
			headings[heading] = nil
		}
	}
	return slices.Sorted(maps.Keys(headings))
}

func TestPlan_diffNamesResource(t *testing.T) {
	plan, err := stacktest.Plan(stacktest.RunRepositoryStack(t, "gke", true), stacktest.RunRepositoryStack(t, "gke", false))
	require.NoError(t, err)
	changed := strings.Replace(plan, "retentionDurationSeconds: 604800", "retentionDurationSeconds: 0", 1)
	require.Equal(t, []string{"gcp:storage/bucket:Bucket access-logs"}, changedBlocks(plan, changed))
	_, shorter, _ := strings.Cut(plan, "\n\n")
	require.Equal(t, []string{"gcp:artifactregistry/repository:Repository modelferry"}, changedBlocks(plan, shorter))
	require.Empty(t, changedBlocks(plan, plan))
}

// What a reviewer looks for is there.
func TestPlan_format(t *testing.T) {
	for stack, pieces := range map[string][]string{
		"gke": {
			"\ngcp:container/cluster:Cluster modelferry\n  parent: modelferry:gke:Cluster modelferry\n  provider: pulumi:providers:gcp modelferry\n  options: protected, ignores changes of nodeConfig\n  inputs:\n",
			"    network: (unknown) https://www.googleapis.com/compute/v1/modelferry\n",
			"      retentionDurationSeconds: 604800\n",
		},
		"eks": {
			"\naws:eks/nodeGroup:NodeGroup modelferry\n  parent: modelferry:eks:Cluster modelferry\n  provider: pulumi:providers:aws modelferry\n  options: ignores changes of scalingConfig.desiredSize\n",
			"    policy: |-\n      (unknown)\n      {\n        \"Version\": \"2012-10-17\",\n",
		},
	} {
		plan, err := stacktest.Plan(stacktest.RunRepositoryStack(t, stack, true), stacktest.RunRepositoryStack(t, stack, false))
		require.NoError(t, err)
		for _, piece := range pieces {
			if !strings.Contains(plan, piece) {
				require.FailNow(t, "the plan lacks a piece", piece) // require.Contains would print the whole plan
			}
		}
		require.Equal(t, len(stacktest.RunRepositoryStack(t, stack, true).Registrations)-1, strings.Count(plan, "\n\n"), "one resource a block")
	}
}
