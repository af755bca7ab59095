package monitoring

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"strconv"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/modelferry/modelferry/local/internal/paths"
)

// cluster is the cluster of a stack.
type cluster struct {
	dynamic dynamic.Interface
	client  kubernetes.Interface
}

func connect(layout paths.Layout) (*cluster, error) {
	restConfig, err := clientcmd.BuildConfigFromFlags("", layout.Kubeconfig())
	if err != nil {
		return nil, err
	}
	dynamicClient, err := dynamic.NewForConfig(restConfig)
	if err != nil {
		return nil, err
	}
	client, err := kubernetes.NewForConfig(restConfig)
	if err != nil {
		return nil, err
	}
	return &cluster{dynamic: dynamicClient, client: client}, nil
}

// apply completes the objects, and creates or updates them: first those that the others need.
func (c *cluster) apply(ctx context.Context, objects []*unstructured.Unstructured, images map[string]string) error {
	if err := complete(objects, images); err != nil {
		return err
	}
	for _, deployments := range []bool{false, true} {
		for _, object := range objects {
			if (object.GetKind() == "Deployment") == deployments {
				if err := c.applyObject(ctx, object); err != nil {
					return fmt.Errorf("%s %s: %w", object.GetKind(), object.GetName(), err)
				}
			}
		}
	}
	return nil
}

func (c *cluster) applyObject(ctx context.Context, object *unstructured.Unstructured) error {
	content, err := json.Marshal(object.Object)
	if err != nil {
		return err
	}
	plural, _ := meta.UnsafeGuessKindToResource(object.GroupVersionKind())
	force := true
	_, err = c.dynamic.Resource(plural).Namespace(object.GetNamespace()).Patch(
		ctx, object.GetName(), types.ApplyPatchType, content,
		metav1.PatchOptions{FieldManager: "modelferry", Force: &force, FieldValidation: metav1.FieldValidationStrict})
	return err
}

// serviceAddress returns cluster IP and port of a Service, as HOST:PORT.
func (c *cluster) serviceAddress(ctx context.Context, name string) (string, error) {
	service, err := c.client.CoreV1().Services(Namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return "", fmt.Errorf("service %s: %w", name, err)
	}
	return net.JoinHostPort(service.Spec.ClusterIP, strconv.Itoa(int(service.Spec.Ports[0].Port))), nil
}
