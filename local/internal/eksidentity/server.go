// Package eksidentity gives pods in the local cloud the credentials of their IAM roles. It has local versions of the
// parts of AWS and EKS that do so: the pod identity webhook, which adds a service account token to pods; STS, which
// exchanges the token for credentials (IAM roles for service accounts); and the agent, which does so for EKS Pod
// Identity. Both evaluate the role's trust policy.
package eksidentity

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/httpserver"
	"github.com/modelferry/modelferry/local/internal/node/components"
	"github.com/modelferry/modelferry/local/internal/provider/aws"
)

// podMutationPath is the path of the pod identity webhook.
const podMutationPath = "/mutate"

// Config configures the servers. Log is optional.
type Config struct {
	StackDir    string               // has cloud.json
	StoreURL    string               // of the object store, which enforces the roles' policies
	Region      string               // of the object store
	Issuer      string               // of service account tokens
	Client      kubernetes.Interface // reads service accounts and JWKS, and registers the webhook
	STSAddr     string               // host:port, plain HTTP
	AgentAddr   string               // host:port, plain HTTP
	WebhookAddr string               // host:port, TLS
	CallerToken string               // of the identity that Pulumi runs with
	Cert        tls.Certificate      // for the webhook's host
	CACert      []byte               // PEM, issuer of Cert
	Log         *slog.Logger
}

// Serve runs STS, the agent, the webhook and the propagation of policies until ctx ends. It calls ready once, when all
// of them are listening and the webhook is registered at the API server.
func Serve(ctx context.Context, c Config, ready func()) error {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	sts, err := net.Listen("tcp", c.STSAddr)
	if err != nil {
		return fmt.Errorf("STS: %w", err)
	}
	agent, err := net.Listen("tcp", c.AgentAddr)
	if err != nil {
		return errors.Join(fmt.Errorf("pod identity agent: %w", err), sts.Close())
	}
	webhook, err := tls.Listen("tcp", c.WebhookAddr, &tls.Config{Certificates: []tls.Certificate{c.Cert}, MinVersion: tls.VersionTLS12})
	if err != nil {
		return errors.Join(fmt.Errorf("pod identity webhook: %w", err), sts.Close(), agent.Close())
	}
	verifier := c.verifier()
	errs := make(chan error, 4)
	go func() { errs <- aws.PropagatePolicies(ctx, c.StackDir, c.StoreURL, c.Region, c.Log) }()
	go func() { errs <- httpserver.Serve(ctx, sts, STSHandler(c.StackDir, verifier, c.Log)) }()
	go func() { errs <- httpserver.Serve(ctx, agent, AgentHandler(c.StackDir, verifier, c.Log)) }()
	go func() {
		webhooks := http.NewServeMux()
		webhooks.Handle(podMutationPath, WebhookHandler(c.getServiceAccount, c.hasAssociation, c.region, "http://"+c.STSAddr, c.Log))
		webhooks.Handle(components.AuthenticationPath, AuthenticationHandler(c.StackDir, c.CallerToken, c.Log))
		errs <- httpserver.Serve(ctx, webhook, webhooks)
	}()
	if err := registerWebhook(ctx, c.Client, "https://"+c.WebhookAddr+podMutationPath, c.CACert); err != nil {
		cancel()
		return errors.Join(err, <-errs, <-errs, <-errs, <-errs)
	}
	ready()
	err = <-errs
	cancel() // stop the others
	return errors.Join(err, <-errs, <-errs, <-errs)
}

func (c Config) verifier() *Verifier {
	return &Verifier{Issuer: c.Issuer, JWKS: func(ctx context.Context) ([]byte, error) {
		return c.Client.Discovery().RESTClient().Get().AbsPath("/openid/v1/jwks").DoRaw(ctx)
	}}
}

// getServiceAccount is a GetServiceAccount that learns of a role annotation with the propagation delay.
func (c Config) getServiceAccount(ctx context.Context, namespace, name string) (*corev1.ServiceAccount, error) {
	account, err := c.Client.CoreV1().ServiceAccounts(namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	cloud, err := cloudstate.Load(c.StackDir)
	if err != nil {
		return nil, err
	}
	if time.Since(roleAnnotated(account)) < cloud.Delay() {
		delete(account.Annotations, roleAnnotation)
	}
	return account, nil
}

// hasAssociation is a HasAssociation that learns of an association with the propagation delay. On EKS it is 5 to 10
// seconds.
// https://github.com/aws/eks-pod-identity-agent/issues/52
// https://github.com/aws/amazon-eks-pod-identity-webhook/issues/264
func (c Config) hasAssociation(namespace, name string) (bool, error) {
	cloud, err := cloudstate.Load(c.StackDir)
	if err != nil {
		return false, err
	}
	return findAssociation(cloud.Propagated(), namespace, name) != nil, nil
}

// region returns the region in the ARN of the stack's cluster. It is empty if the stack uses an existing cluster.
func (c Config) region() (string, error) {
	cloud, err := cloudstate.Load(c.StackDir)
	if err != nil {
		return "", err
	}
	for _, cluster := range cloud.OfType(aws.ClusterType) {
		arn, _ := cluster.Outputs["arn"].(string)
		if fields := strings.Split(arn, ":"); len(fields) > 3 {
			return fields[3], nil
		}
	}
	return "", nil // pods then have to set AWS_REGION
}
