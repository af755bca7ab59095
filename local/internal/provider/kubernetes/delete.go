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
	response := plugin.DeleteResponse{}
	if s.config.RenderDir != "" {
		return response, nil
	}
	gvk, err := parseTypeToken(req.Type)
	if err != nil {
		return response, err
	}
	cluster, err := s.connectedCluster(req.URN)
	if err != nil {
		return response, err
	}
	timeout := operationTimeout(req.Timeout)
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer context.AfterFunc(s.operations, cancel)()

	namespace, name := parseID(req.ID)
	description := fmt.Sprintf("%s %s", gvk.Kind, req.ID)
	client, err := cluster.resourceClient(gvk, namespace)
	if err != nil {
		if s.config.DeleteUnreachable && apierrors.ReasonForError(err) == "" {
			s.host.LogWarning(ctx, req.URN, "the cluster is not reachable: "+description+" is taken for deleted")
			return response, nil
		}
		return response, fmt.Errorf("delete %s: %w", description, err)
	}
	// In the foreground, the object goes last: when it is gone, so are its pods.
	foreground := metav1.DeletePropagationForeground
	options := metav1.DeleteOptions{PropagationPolicy: &foreground}
	uid := types.UID(objectUID(req.Outputs))
	if uid != "" {
		options.Preconditions = &metav1.Preconditions{UID: &uid}
	}
	err = client.Delete(ctx, name, options)
	switch {
	case apierrors.IsNotFound(err), apierrors.IsConflict(err) && uid != "": // another object has the name by now
		return response, nil
	case err != nil:
		return response, fmt.Errorf("delete %s: %w", description, err)
	}
	for {
		live, err := client.Get(ctx, name, metav1.GetOptions{})
		if apierrors.IsNotFound(err) || err == nil && uid != "" && live.GetUID() != uid {
			return response, nil
		}
		select {
		case <-ctx.Done():
			reason := ""
			if live != nil && len(live.GetFinalizers()) > 0 {
				reason = ": it waits for its finalizers " + strings.Join(live.GetFinalizers(), ", ")
			}
			return response, fmt.Errorf("delete %s: not gone after %s%s", description, timeout, reason)
		case <-time.After(pollInterval):
		}
	}
}
