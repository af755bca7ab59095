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

var golden = flag.Bool("golden", false, "write the plans to stack/testdata instead of comparing them")

// The diff of the golden files shows a reviewer what a change of the code or config does to the clouds.
func TestPlan_golden(t *testing.T) {
	for _, p := range stacktest.Platforms {
		t.Run(p.Stack, func(t *testing.T) {
			plan, err := stacktest.Plan(stacktest.RunStack(t, p.Stack, nil, true), stacktest.RunStack(t, p.Stack, nil, false))
			require.NoError(t, err)
			file := filepath.Join("..", "..", "testdata", "plan."+p.Stack+".txt")
			if *golden {
				require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
				require.NoError(t, os.WriteFile(file, []byte(plan), 0o644))
				return
			}
			reviewed, err := os.ReadFile(file)
			require.NoError(t, err, "run make golden")
			require.Empty(t, changedBlocks(string(reviewed), plan), "the plan of %s differs from %s: run make golden and review the diff",
				p.Stack, file)
		})
	}
}

// changedBlocks returns the resources whose blocks differ between two plans.
func changedBlocks(a, b string) []string {
	blocks := func(plan string) map[string]bool {
		set := map[string]bool{}
		for block := range strings.SplitSeq(strings.TrimSpace(plan), "\n\n") {
			set[strings.TrimSpace(block)] = true
		}
		return set
	}
	blocksA, blocksB := blocks(a), blocks(b)
	headings := map[string]bool{}
	for _, block := range stacktest.UnionKeys(blocksA, blocksB) {
		if !blocksA[block] || !blocksB[block] {
			heading, _, _ := strings.Cut(block, "\n")
			headings[heading] = true
		}
	}
	return slices.Sorted(maps.Keys(headings))
}

func TestPlan_diffNamesResource(t *testing.T) {
	plan, err := stacktest.Plan(stacktest.RunStack(t, "gke", nil, true), stacktest.RunStack(t, "gke", nil, false))
	require.NoError(t, err)
	changed := strings.Replace(plan, "retentionDurationSeconds: 604800", "retentionDurationSeconds: 0", 1)
	require.Equal(t, []string{"gcp:storage/bucket:Bucket access-logs"}, changedBlocks(plan, changed))
	_, shorter, _ := strings.Cut(plan, "\n\n")
	require.Equal(t, []string{"gcp:artifactregistry/repository:Repository modelferry"}, changedBlocks(plan, shorter))
	require.Empty(t, changedBlocks(plan, plan))
}

func TestPlan_format(t *testing.T) {
	for stack, excerpts := range map[string][]string{
		"gke": {
			"\ngcp:container/cluster:Cluster modelferry\n  parent: modelferry:gke:Cluster modelferry\n" +
				"  provider: pulumi:providers:gcp modelferry\n  options: protected, ignores changes of nodeConfig, ignores changes of enableL4IlbSubsetting\n  inputs:\n",
			"    network: (unknown) https://www.googleapis.com/compute/v1/modelferry\n",
			"      retentionDurationSeconds: 604800\n",
		},
		"eks": {
			"\naws:eks/nodeGroup:NodeGroup modelferry\n  parent: modelferry:eks:Cluster modelferry\n" +
				"  provider: pulumi:providers:aws modelferry\n  options: ignores changes of scalingConfig.desiredSize\n",
			"    policy: |-\n      (unknown)\n      {\n        \"Version\": \"2012-10-17\",\n",
		},
	} {
		plan, err := stacktest.Plan(stacktest.RunStack(t, stack, nil, true), stacktest.RunStack(t, stack, nil, false))
		require.NoError(t, err)
		for _, excerpt := range excerpts {
			if !strings.Contains(plan, excerpt) {
				require.FailNow(t, "the plan lacks an excerpt", excerpt) // require.Contains would print the whole plan
			}
		}
		require.Equal(t, len(stacktest.RunStack(t, stack, nil, true).Registrations)-1, strings.Count(plan, "\n\n"),
			"one block for each resource")
	}
}
