package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/paths"
)

// describe returns the jobs of each stage: their names, and their arguments without those that all have.
func describe(t *testing.T, stages []stage) (described [][]string) {
	t.Helper()
	for _, s := range stages {
		var jobs []string
		for _, j := range s {
			text := j.name
			for _, arg := range j.testCommand(t.Context(), "/src", "/work").Args[5:] {
				text += " " + arg
			}
			jobs = append(jobs, text)
		}
		described = append(described, jobs)
	}
	return described
}

func TestPlan(t *testing.T) {
	for name, tt := range map[string]struct {
		run       string
		stacks    []string
		sameRange bool
		want      [][]string
	}{
		"all": {stacks: paths.Stacks, want: [][]string{
			{"provider", "gke -stack gke -host shared", "eks -stack eks -host shared"},
			{"gke-alone -stack gke -host alone"}, {"eks-alone -stack eks -host alone"},
		}},
		"one scenario of one stack": {run: "TestRollback", stacks: []string{"eks"}, want: [][]string{
			{"provider -test.run TestRollback"}, {"eks -test.run TestRollback -stack eks"},
		}},
		"one range of addresses": {stacks: paths.Stacks, sameRange: true, want: [][]string{
			{"provider"}, {"gke -stack gke"}, {"eks -stack eks"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, tt.want, describe(t, plan(tt.run, tt.stacks, tt.sameRange)))
		})
	}
}
