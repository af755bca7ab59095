package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
)

// Delete deletes the object and its dependents, and waits until they are gone.
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
			s.host.LogWarning(ctx, req.URN, "the cluster is not reachable: "+description+" is considered deleted")
			return response, nil
		}
		return response, fmt.Errorf("delete %s: %w", description, err)
	}
	// With foreground deletion the object is removed after its pods.
	foreground := metav1.DeletePropagationForeground
	options := metav1.DeleteOptions{PropagationPolicy: &foreground}
	uid := types.UID(objectUID(req.Outputs))
	if uid != "" {
		options.Preconditions = &metav1.Preconditions{UID: &uid}
	}
	err = client.Delete(ctx, name, options)
	switch {
	case apierrors.IsNotFound(err), apierrors.IsConflict(err) && uid != "": // an object of the same name has another UID
		return response, nil
	case err != nil:
		return response, fmt.Errorf("delete %s: %w", description, err)
	}
	return response, awaitDeleted(ctx, client, name, uid, fmt.Sprintf("delete %s: still there after %s", description, timeout))
}

// awaitDeleted waits until the object with this UID is gone. An empty UID is any. When ctx ends it returns an error
// with the message and the finalizers that the object waits for.
func awaitDeleted(ctx context.Context, client dynamic.ResourceInterface, name string, uid types.UID, message string) error {
	for {
		live, err := client.Get(ctx, name, metav1.GetOptions{})
		if apierrors.IsNotFound(err) || err == nil && uid != "" && live.GetUID() != uid {
			return nil
		}
		select {
		case <-ctx.Done():
			if live != nil && len(live.GetFinalizers()) > 0 {
				message += ", waiting for its finalizers " + strings.Join(live.GetFinalizers(), ", ")
			}
			return errors.New(message)
		case <-time.After(pollInterval):
		}
	}
}
