package mlflow

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/modelferry/modelferry/cli/objectstore"
)

// Client calls an MLflow server.
type Client struct {
	http *http.Client
	// server is the tracking server's URL without a slash at the end.
	server *url.URL
	// authorization is the header for requests to the server, or "".
	authorization string
	// getenv reads the variables for artifact stores.
	getenv func(string) string
}

// NewClient returns a client for the server and the login in MLflow's own variables: MLFLOW_TRACKING_URI,
// MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.
// https://mlflow.org/docs/latest/api_reference/python_api/mlflow.environment_variables.html
func NewClient(getenv func(string) string) (*Client, error) {
	text := strings.TrimSuffix(cmp.Or(getenv("MLFLOW_REGISTRY_URI"), getenv("MLFLOW_TRACKING_URI")), "/")
	if text == "" {
		return nil, fmt.Errorf("no MLflow server: set MLFLOW_TRACKING_URI to its URL, such as https://mlflow.example.com")
	}
	server, err := url.Parse(text)
	if err != nil || server.Scheme != "http" && server.Scheme != "https" || server.Host == "" {
		return nil, fmt.Errorf("invalid MLFLOW_TRACKING_URI %q: must be the http:// or https:// URL of an MLflow server", text)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.ResponseHeaderTimeout = 2 * time.Minute
	c := &Client{http: &http.Client{Transport: transport}, server: server, getenv: getenv}
	// The token takes precedence, as in MLflow's client.
	if token := getenv("MLFLOW_TRACKING_TOKEN"); token != "" {
		c.authorization = "Bearer " + token
	} else if user := getenv("MLFLOW_TRACKING_USERNAME"); user != "" {
		request := http.Request{Header: http.Header{}}
		request.SetBasicAuth(user, getenv("MLFLOW_TRACKING_PASSWORD"))
		c.authorization = request.Header.Get("Authorization")
	}
	return c, nil
}

// attempts is the number of attempts of a request whose error is transient.
const attempts = 6

// open sends a GET request and returns the body of the answer. The caller closes it.
func (c *Client) open(ctx context.Context, target string) (io.ReadCloser, error) {
	waits := backoff.NewExponentialBackOff()
	waits.InitialInterval, waits.MaxInterval = 200*time.Millisecond, 5*time.Second
	return backoff.Retry(ctx, func() (io.ReadCloser, error) { return c.send(ctx, target) },
		backoff.WithBackOff(waits), backoff.WithMaxTries(attempts))
}

func (c *Client) send(ctx context.Context, target string) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return nil, backoff.Permanent(err)
	}
	// The artifacts of another server do not get the login of this one.
	if request.URL.Host == c.server.Host && request.URL.Scheme == c.server.Scheme && c.authorization != "" {
		request.Header.Set("Authorization", c.authorization)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, fmt.Errorf("MLflow: %w", err)
	}
	if response.StatusCode == http.StatusOK {
		return response.Body, nil
	}
	defer response.Body.Close()
	err = c.classify(response)
	if response.StatusCode >= 500 && response.StatusCode != http.StatusNotImplemented || response.StatusCode == http.StatusTooManyRequests {
		return nil, err
	}
	return nil, backoff.Permanent(err)
}

// maxAnswer limits an answer of the API, in bytes.
const maxAnswer = 16 << 20

// classify returns the error for a status other than 200. Its body has MLflow's error code and message.
func (c *Client) classify(response *http.Response) error {
	var reply struct {
		Code    string `json:"error_code"`
		Message string `json:"message"`
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil || json.Unmarshal(body, &reply) != nil || reply.Message == "" {
		reply.Message = http.StatusText(response.StatusCode)
	}
	message := fmt.Sprintf("MLflow at %s answered %d %s: %.300s", response.Request.URL.Host, response.StatusCode, reply.Code, reply.Message)
	switch {
	case response.StatusCode == http.StatusUnauthorized:
		return fmt.Errorf("%w: %s: set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD",
			objectstore.ErrDenied, message)
	case response.StatusCode == http.StatusForbidden, reply.Code == "PERMISSION_DENIED":
		return fmt.Errorf("%w: %s: give the user READ on the registered model and its experiment", objectstore.ErrDenied, message)
	// An alias that does not exist is an invalid value in MLflow 2 and 3.
	case reply.Code == "RESOURCE_DOES_NOT_EXIST", response.StatusCode == http.StatusNotFound,
		reply.Code == "INVALID_PARAMETER_VALUE" && strings.Contains(reply.Message, "not found"):
		return fmt.Errorf("%w: %s", objectstore.ErrNotFound, message)
	}
	return errors.New(message)
}

// call calls a method of the API.
func (c *Client) call(ctx context.Context, method string, query url.Values, value any) error {
	return c.getJSON(ctx, c.server.JoinPath("api/2.0/mlflow", method), query, value, func(err error) error {
		return fmt.Errorf("the answer of %s to %s is not MLflow's: %w: check MLFLOW_TRACKING_URI", c.server.Host, method, err)
	})
}

// getJSON decodes the answer to a GET request into value. invalid returns the error for an answer that is not JSON.
func (c *Client) getJSON(ctx context.Context, target *url.URL, query url.Values, value any, invalid func(error) error) error {
	body, err := c.open(ctx, target.String()+"?"+query.Encode())
	if err != nil {
		return err
	}
	defer body.Close()
	if err := json.NewDecoder(io.LimitReader(body, maxAnswer)).Decode(value); err != nil {
		return invalid(err)
	}
	return nil
}
