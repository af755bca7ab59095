package release

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

// fakeDeployer records what is deployed. It fails for some stacks.
type fakeDeployer struct {
	f     *fixture
	t     *testing.T
	fails map[string]error
	// calls are the stacks with up or restore, and whether their file has model 2 then.
	calls []string
}

func (d *fakeDeployer) call(what, stack string) {
	state := " with the former model"
	if d.f.pinned(d.t, stack, "model 2") {
		state = " with the new model"
	}
	d.calls = append(d.calls, what+" "+stack+state)
}

func (d *fakeDeployer) Up(_ context.Context, stack string, services []string) error {
	require.Equal(d.t, []string{"bankchurn"}, services)
	d.call("up", stack)
	return d.fails[stack]
}

func (d *fakeDeployer) Restore(ctx context.Context, stack string, _ []string, cause error) error {
	require.NoError(d.t, ctx.Err(), "an interrupt does not end the restoration")
	d.call("restore", stack)
	return cause
}

// errRollout is the error of a failed rollout.
var errRollout = errors.New("bankchurn: fetcher: exit code 14: wrong digest")

func TestRelease_deploy(t *testing.T) {
	for _, c := range []struct {
		name    string
		options Options
		fails   string
		calls   []string
		// new are the stacks that have the new model afterwards.
		new map[string]bool
	}{
		{
			name: "one after the other", options: Options{},
			calls: []string{"up gke with the new model", "up eks with the new model"}, new: map[string]bool{"gke": true, "eks": true},
		},
		{
			name: "canary first", options: Options{Canary: "eks"},
			calls: []string{"up eks with the new model", "up gke with the new model"}, new: map[string]bool{"gke": true, "eks": true},
		},
		{
			name: "failed canary", options: Options{Canary: "eks"}, fails: "eks",
			calls: []string{"up eks with the new model", "restore eks with the former model"}, new: map[string]bool{},
		},
		{
			name: "failed second stack", fails: "eks",
			calls: []string{"up gke with the new model", "up eks with the new model", "restore eks with the former model"},
			new:   map[string]bool{"gke": true},
		},
		{
			name: "failed and kept", options: Options{Keep: true}, fails: "gke",
			calls: []string{"up gke with the new model"}, new: map[string]bool{"gke": true},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t, "gke", "eks")
			f.release(t, "model 1", "gke", "eks")
			d := &fakeDeployer{f: f, t: t, fails: map[string]error{c.fails: errRollout}}
			f.env.Deployer = d
			r := f.request(t, "model 2", "gke", "eks")
			r.Options = c.options
			r.Deploy = true
			result, err := f.env.Release(t.Context(), r)
			if c.fails == "" {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, errRollout)
			}
			require.Equal(t, c.calls, d.calls)
			for i, stack := range []string{"gke", "eks"} {
				require.Equal(t, c.new[stack], f.pinned(t, stack, "model 2"), stack)
				require.Equal(t, c.new[stack] && stack != c.fails, result.Stacks[i].Deployed, stack)
				list := f.records(t, stack)
				if last := list[len(list)-1]; stack == c.fails && !c.options.Keep {
					require.True(t, result.Stacks[i].Restored)
					require.Equal(t, 1, last.RollbackTo)
					require.Equal(t, "deployment failed: "+errRollout.Error(), last.Message)
				}
			}
			// A rollback afterwards does not return to what has failed.
			if c.fails != "" && !c.options.Keep {
				f.env.Deployer = nil
				require.ErrorContains(t, f.rollback(t, "", c.fails), "there is no release before")
			}
		})
	}
}

// The stack had a release that no record has. It is recorded before the new one, and restored.
func TestRelease_deployFailsAfterReleaseByHand(t *testing.T) {
	f := newFixture(t, "gke")
	f.write(t, "Pulumi.gke.yaml", replaceAll(f.stackFile(t, "gke"), "sha256: \"0", "sha256: \"1"))
	before := f.stackFile(t, "gke")
	f.env.Deployer = &fakeDeployer{f: f, t: t, fails: map[string]error{"gke": errRollout}}
	r := f.request(t, "model 2", "gke")
	r.Deploy = true
	_, err := f.env.Release(t.Context(), r)
	require.ErrorIs(t, err, errRollout)
	require.Equal(t, before, f.stackFile(t, "gke"))
	list := f.records(t, "gke")
	require.Len(t, list, 3)
	require.Equal(t, []int{0, 0, 1}, []int{list[0].RollbackTo, list[1].RollbackTo, list[2].RollbackTo})
}

// After an interrupt of the deployment the config is restored all the same.
func TestRelease_deployInterrupted(t *testing.T) {
	f := newFixture(t, "gke")
	f.release(t, "model 1", "gke")
	before := f.stackFile(t, "gke")
	ctx, cancel := context.WithCancel(t.Context())
	d := &interruptedDeployer{fakeDeployer{f: f, t: t}, cancel}
	f.env.Deployer = d
	r := f.request(t, "model 2", "gke")
	r.Deploy = true
	_, err := f.env.Release(ctx, r)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, before, f.stackFile(t, "gke"))
	require.Equal(t, 1, f.records(t, "gke")[2].RollbackTo)
	require.Equal(t, []string{"up gke with the new model", "restore gke with the former model"}, d.calls)
}

type interruptedDeployer struct {
	fakeDeployer

	cancel func()
}

func (d *interruptedDeployer) Up(ctx context.Context, stack string, services []string) error {
	d.cancel()
	return errors.Join(d.fakeDeployer.Up(ctx, stack, services), ctx.Err())
}
