package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
)

// driftLabel is the label of the issues about drift.
const driftLabel = "drift"

type issue struct {
	Number int
	Body   string
	User   author
	// PullRequest is set if the issue is a pull request: the API lists both.
	PullRequest any `json:"pull_request"`
}

// reportDrift reads the files result and report.txt that make drift wrote, and opens or renews the issue about the
// stack, or closes it if there is no drift any more.
func reportDrift(ctx context.Context, c *client, stack, dir string) error {
	result, err := readRegular(filepath.Join(dir, "result"), 64)
	if err != nil {
		return fmt.Errorf("no result of make drift, which did not finish: %w", err)
	}
	marker := fmt.Sprintf("<!-- modelferry:drift %s -->", stack)
	existing, err := c.findIssue(ctx, marker)
	if err != nil {
		return err
	}
	switch result = strings.TrimSpace(result); result {
	case "clean":
		if existing == nil {
			fmt.Fprintf(c.out, "%s has no drift\n", stack)
			return nil
		}
		return c.closeIssue(
			ctx,
			existing.Number,
			fmt.Sprintf("The stack %s matches its configuration again ([run](%s)).", stack, c.runURL),
		)
	case "drifted":
		report, err := readRegular(filepath.Join(dir, "report.txt"), maxFile)
		if err != nil {
			return err
		}
		return c.renewIssue(
			ctx,
			existing,
			fmt.Sprintf("The stack %s has drifted from its configuration", stack),
			driftBody(marker, stack, c.runURL, report),
		)
	default:
		return fmt.Errorf("invalid result %q in %s: must be clean or drifted", result, dir)
	}
}

func driftBody(marker, stack, runURL, report string) string {
	text := fmt.Sprintf(
		"%s\nSomething differs between the stack `%s` and its cloud: a change that was made by hand, or a commit that was not "+
			"deployed. This is what a deployment would do, from [the last run](%s), which has the whole report.\n\n"+
			"To restore the configuration, run the workflow `deploy` with *refresh*: without it, a deployment does not look at the "+
			"cloud. To keep what is there, change the configuration. The next run renews this issue, or closes it.\n\n",
		marker,
		stack,
		runURL,
	)
	return text + fenced(changes(report), maxComment-len(text))
}

var (
	// changedLine is a resource with an operation in the report of pulumi preview, such as " ~  gcp:storage:Bucket models
	// update [diff: ~labels]".
	changedLine = regexp.MustCompile(`(?m)^ ?(?:[-+~]|\+-|-\+|\+\+|--) +\S+:\S+ .*$`)
	totals      = regexp.MustCompile(`(?ms)^Resources:\n.*`)
)

// changes returns the lines about changed resources and the totals. Without any such line it returns the whole report.
func changes(report string) string {
	lines := changedLine.FindAllString(report, -1)
	if len(lines) == 0 {
		return report
	}
	return strings.Join(lines, "\n") + "\n\n" + totals.FindString(report)
}

// findIssue returns the open issue of a workflow whose text begins with the marker, or nil.
func (c *client) findIssue(ctx context.Context, marker string) (*issue, error) {
	issues, err := list[issue](ctx, c, "/issues", url.Values{"state": {"open"}, "labels": {driftLabel}})
	if err != nil {
		return nil, err
	}
	for _, candidate := range issues {
		if candidate.PullRequest == nil && candidate.User.Login == botLogin && strings.HasPrefix(candidate.Body, marker) {
			return &candidate, nil
		}
	}
	return nil, nil
}

func (c *client) renewIssue(ctx context.Context, existing *issue, title, body string) error {
	if existing != nil {
		fmt.Fprintf(c.out, "renewing issue %d\n", existing.Number)
		return c.call(ctx, http.MethodPatch, fmt.Sprintf("/issues/%d", existing.Number), nil, map[string]any{"body": body}, nil)
	}
	fmt.Fprintln(c.out, "opening an issue")
	// The API creates a label that does not exist.
	return c.call(ctx, http.MethodPost, "/issues", nil, map[string]any{"title": title, "body": body, "labels": []string{driftLabel}}, nil)
}

func (c *client) closeIssue(ctx context.Context, number int, reason string) error {
	fmt.Fprintf(c.out, "closing issue %d\n", number)
	path := fmt.Sprintf("/issues/%d", number)
	if err := c.call(ctx, http.MethodPost, path+"/comments", nil, map[string]any{"body": reason}, nil); err != nil {
		return err
	}
	return c.call(ctx, http.MethodPatch, path, nil, map[string]any{"state": "closed", "state_reason": "completed"}, nil)
}
