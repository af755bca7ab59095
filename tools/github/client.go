package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// maxResponse limits what is read of an answer, in bytes.
const maxResponse = 16 << 20

// client calls GitHub's REST API for one repository.
type client struct {
	api, token string
	// repository is OWNER/NAME.
	repository string
	// runURL is the page of the workflow run that this program is part of. It is empty outside of a workflow.
	runURL string
	http   *http.Client
	out    io.Writer
}

var repositoryName = regexp.MustCompile(`^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$`)

// newClient reads the variables that GitHub sets in every job.
// https://docs.github.com/en/actions/reference/workflows-and-actions/variables
func newClient(getenv func(string) string, out io.Writer) (*client, error) {
	c := &client{
		api: strings.TrimSuffix(getenv("GITHUB_API_URL"), "/"), token: getenv("GITHUB_TOKEN"), repository: getenv("GITHUB_REPOSITORY"),
		http: &http.Client{Timeout: time.Minute}, out: out,
	}
	if c.api == "" {
		c.api = "https://api.github.com"
	}
	if !repositoryName.MatchString(c.repository) {
		return nil, fmt.Errorf("invalid GITHUB_REPOSITORY %q: must be OWNER/NAME", c.repository)
	}
	if c.token == "" {
		return nil, errors.New("GITHUB_TOKEN is not set: it must be a token for the API of " + c.repository)
	}
	if id := getenv("GITHUB_RUN_ID"); id != "" {
		c.runURL = fmt.Sprintf("%s/%s/actions/runs/%s", getenv("GITHUB_SERVER_URL"), c.repository, id)
	}
	return c, nil
}

// statusError is an answer of the API that is not a success.
type statusError struct {
	method, path, message string
	status                int
}

func (e *statusError) Error() string {
	return fmt.Sprintf("%s %s: %d %s: %s", e.method, e.path, e.status, http.StatusText(e.status), e.message)
}

// call sends a request below repos/OWNER/NAME and decodes the answer into result, unless that is nil.
func (c *client) call(ctx context.Context, method, path string, query url.Values, body, result any) error {
	path = "/repos/" + c.repository + path
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		content = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.api+path, content)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	request.Header.Set("Accept", "application/vnd.github+json")
	request.Header.Set("X-GitHub-Api-Version", "2022-11-28")
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxResponse))
	if err != nil {
		return err
	}
	if response.StatusCode/100 != 2 {
		var answer struct{ Message string }
		if json.Unmarshal(text, &answer) != nil || answer.Message == "" {
			answer.Message = string(text)
		}
		return &statusError{method, path, answer.Message, response.StatusCode}
	}
	if result == nil {
		return nil
	}
	if err := json.Unmarshal(text, result); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}

// pageSize is the largest page of the API.
const pageSize = 100

// list returns all items of a list, page by page.
func list[T any](ctx context.Context, c *client, path string, query url.Values) ([]T, error) {
	var items []T
	for page := 1; ; page++ {
		query.Set("per_page", fmt.Sprint(pageSize))
		query.Set("page", fmt.Sprint(page))
		var part []T
		if err := c.call(ctx, http.MethodGet, path, query, nil, &part); err != nil {
			return nil, err
		}
		items = append(items, part...)
		if len(part) < pageSize {
			return items, nil
		}
	}
}

// author is a user of GitHub.
type author struct {
	Login string
}

// botLogin is the author of what a workflow writes with GITHUB_TOKEN.
const botLogin = "github-actions[bot]"
