package aws

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
)

// PropagatePolicies puts changed policies into effect in the object store, when they have propagated, until ctx ends.
// dir is the stack's folder. What fails is logged and tried again.
func PropagatePolicies(ctx context.Context, dir, storeURL, region string, log *slog.Logger) error {
	store, err := openStore(dir, storeURL, region)
	if err != nil {
		return err
	}
	const interval = 500 * time.Millisecond
	tick := time.NewTicker(interval)
	defer tick.Stop()
	applied := map[string]string{} // by bucket
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if err := store.propagate(ctx, dir, applied); err != nil && ctx.Err() == nil {
				log.Error("policies are not in effect", "error", err)
			}
		}
	}
}

// propagate applies the policies that differ from the applied ones.
func (s *storeClient) propagate(ctx context.Context, dir string, applied map[string]string) error {
	cloud, err := cloudstate.Load(dir)
	if err != nil {
		return err
	}
	changed := map[string]string{}
	for _, bucket := range cloud.OfType(bucketType) {
		policy, err := propagatedBucketPolicy(cloud, bucket.ID)
		if err != nil {
			return err
		}
		text, err := json.Marshal(policy)
		if err != nil {
			return err
		}
		if applied[bucket.ID] != string(text) {
			changed[bucket.ID] = string(text)
		}
	}
	if len(changed) == 0 {
		return nil
	}
	return cloudstate.Update(dir, func(cloud *cloudstate.Cloud) error { // the lock excludes reconcileAccess
		for bucket, text := range changed {
			if err := s.putEffectivePolicy(ctx, cloud, bucket); err != nil {
				return fmt.Errorf("access to bucket %q: %w", bucket, err)
			}
			applied[bucket] = text
		}
		return nil
	})
}
