package kubernetes

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// Delete removes the object with what it owns, and waits until it is gone.
func (s *server) Delete(ctx context.Context, req plugin.DeleteRequest) (plugin.DeleteResponse, error) {
	done := plugin.DeleteResponse{}
	if s.settings.RenderDir != "" {
		return done, nil
	}
	gvk, err := kindOf(req.Type)
	if err != nil {
		return done, err
	}
	cluster, err := s.reachable(req.URN)
	if err != nil {
		return done, err
	}
	limit := timeout(req.Timeout)
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	defer context.AfterFunc(s.running, cancel)()

	namespace, name := parseID(req.ID)
	what := fmt.Sprintf("%s %s", gvk.Kind, req.ID)
	client, err := cluster.client(gvk, namespace)
	if err != nil {
		if s.settings.DeleteUnreachable && apierrors.ReasonForError(err) == "" {
			s.engine.Warn(ctx, req.URN, "the cluster is not reachable: "+what+" is taken for deleted")
			return done, nil
		}
		return done, fmt.Errorf("delete %s: %w", what, err)
	}
	// In the foreground, the object goes last: when it is gone, so are its pods.
	foreground := metav1.DeletePropagationForeground
	options := metav1.DeleteOptions{PropagationPolicy: &foreground}
	uid := types.UID(uidOf(req.Outputs))
	if uid != "" {
		options.Preconditions = &metav1.Preconditions{UID: &uid}
	}
	err = client.Delete(ctx, name, options)
	switch {
	case apierrors.IsNotFound(err), apierrors.IsConflict(err) && uid != "": // another object has the name by now
		return done, nil
	case err != nil:
		return done, fmt.Errorf("delete %s: %w", what, err)
	}
	for {
		live, err := client.Get(ctx, name, metav1.GetOptions{})
		if apierrors.IsNotFound(err) || err == nil && uid != "" && live.GetUID() != uid {
			return done, nil
		}
		select {
		case <-ctx.Done():
			rest := ""
			if live != nil && len(live.GetFinalizers()) > 0 {
				rest = ": it waits for its finalizers " + strings.Join(live.GetFinalizers(), ", ")
			}
			return done, fmt.Errorf("delete %s: not gone after %s%s", what, limit, rest)
		case <-time.After(pause):
		}
	}
}
