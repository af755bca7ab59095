package cloudstate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	// PropagationDelayEnv is the environment variable with the propagation delay of a local cloud, for example "20s".
	PropagationDelayEnv = "MODELFERRY_PROPAGATION_DELAY"
	// DefaultPropagationDelay is shorter than the clouds' usual delays, so that `make up` stays quick.
	DefaultPropagationDelay = 5 * time.Second
)

// Superseded is a resource as it was before it was changed or removed.
type Superseded struct {
	Resource
	Until time.Time `json:"until"`
}

// SetPropagationDelay sets how long a change of a permission takes to have an effect, for example "20s". If delay is
// empty, a delay that was set before stays, and a new cloud gets the default.
func SetPropagationDelay(dir, delay string) error {
	if err := CheckPropagationDelay(delay); err != nil {
		return err
	}
	return Update(dir, func(cloud *Cloud) error {
		switch d, _ := time.ParseDuration(delay); {
		case delay != "":
			cloud.PropagationDelay = &metav1.Duration{Duration: d}
		case cloud.PropagationDelay == nil:
			cloud.PropagationDelay = &metav1.Duration{Duration: DefaultPropagationDelay}
		}
		return nil
	})
}

// CheckPropagationDelay returns an error if delay is neither empty nor a duration that is not negative.
func CheckPropagationDelay(delay string) error {
	if d, err := time.ParseDuration(delay); delay != "" && (err != nil || d < 0) {
		return fmt.Errorf("invalid propagation delay %q: must be a duration, such as %s=20s", delay, PropagationDelayEnv)
	}
	return nil
}

// Delay returns the propagation delay. It is 0 if none was set.
func (c *Cloud) Delay() time.Duration {
	if c.PropagationDelay == nil {
		return 0
	}
	return c.PropagationDelay.Duration
}

// Propagated returns the resources that access checks know of: those of the propagation delay ago. Both clouds check
// access with copies of the policies that are updated some time after an API has confirmed a change, also if the change
// takes a permission away.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
// https://cloud.google.com/iam/docs/access-change-propagation
func (c *Cloud) Propagated() *Cloud {
	at := time.Now().Add(-c.Delay())
	known := &Cloud{PropagationDelay: c.PropagationDelay}
	for _, resource := range c.Resources {
		if !resource.Updated.After(at) {
			known.Resources = append(known.Resources, resource)
		}
	}
	for _, old := range c.Superseded {
		if !old.Updated.After(at) && old.Until.After(at) {
			known.Resources = append(known.Resources, old.Resource)
		}
	}
	return known
}

// supersede keeps a resource until its change has propagated.
func (c *Cloud) supersede(old Resource) {
	now := time.Now()
	remaining := []Superseded{{old, now}}
	for _, s := range c.Superseded {
		if now.Sub(s.Until) < c.Delay() {
			remaining = append(remaining, s)
		}
	}
	c.Superseded = remaining
}

// sameContent reports whether two versions of a resource have the same inputs and outputs. They are compared as JSON,
// because numbers that were read from the file have other types.
func sameContent(a, b Resource) bool {
	encodedA, errA := json.Marshal([]any{a.Inputs, a.Outputs})
	encodedB, errB := json.Marshal([]any{b.Inputs, b.Outputs})
	return errA == nil && errB == nil && bytes.Equal(encodedA, encodedB)
}
