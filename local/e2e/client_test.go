//go:build e2e

package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/examples"
	"github.com/modelferry/modelferry/local/internal/images"
	"github.com/modelferry/modelferry/local/internal/loadgen"
	"github.com/modelferry/modelferry/local/internal/node"
	"github.com/modelferry/modelferry/local/internal/status"
)

const (
	// clientRate is how often a client in the cluster asks for a prediction, a second.
	clientRate = 50
	// clientInFlight lets the client keep the rate while answers take up to 5 seconds, as on a busy machine.
	clientInFlight = 5 * clientRate
)

// client is a pod that asks a service for predictions at the Service's cluster IP.
type client struct {
	*cloud
	// api is the URL of the pod's report.
	api string
}

// startClient starts a client in a namespace of its own, and returns when it has got answers for a second.
func (c *cloud) startClient(service status.Service) client {
	c.t.Helper()
	info, err := node.ReadInfo(c.Layout)
	require.NoError(c.t, err)
	image, err := images.BuildAndPush(c.t.Context(), images.LoadGeneratorProgram(c.Root), c.Bin(""), info.RegistryAddress)
	require.NoError(c.t, err)
	body, err := examples.Request(c.Root, service.Name)
	require.NoError(c.t, err)
	pod := c.runPod("clients", image, nil,
		"-url", service.URL+"/predict", "-body", body, "-rate", fmt.Sprint(clientRate),
		"-in-flight", fmt.Sprint(clientInFlight))
	started := client{c, "http://" + pod.Status.PodIP + ":8080"}
	waitFor(c.t, func() error {
		report, err := started.ask(http.MethodGet, "/report")
		if err == nil && report.Requests < clientRate {
			err = fmt.Errorf("the client has sent %d requests", report.Requests)
		}
		return err
	})
	return started
}

// stop ends the client, and returns the report of all its requests. It requires that they were sent at the rate, but
// for a tenth, and that each was answered.
func (l client) stop() loadgen.Report {
	l.t.Helper()
	report, err := l.ask(http.MethodPost, "/stop")
	require.NoError(l.t, err)
	require.Empty(l.t, report.Failures, "%s", report)
	require.GreaterOrEqual(l.t, report.Requests, report.Due*9/10, "the client was slower than its rate: %s", report)
	return report
}

// ask returns a report of the pod, which is reached as servers' pods are for make status.
func (l client) ask(method, path string) (report loadgen.Report, err error) {
	request, err := http.NewRequest(method, l.api+path, nil)
	if err != nil {
		return loadgen.Report{}, err
	}
	response, err := probeClient.Do(request)
	if err != nil {
		return loadgen.Report{}, err
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	if response.StatusCode != http.StatusOK {
		return loadgen.Report{}, fmt.Errorf("%s: %s", request.URL, response.Status)
	}
	return report, json.NewDecoder(response.Body).Decode(&report)
}
