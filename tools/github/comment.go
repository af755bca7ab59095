package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
)

// workflowRun is the run that made the plans. GitHub writes it, so it is trusted.
// https://docs.github.com/en/webhooks/webhook-events-and-payloads#workflow_run
type workflowRun struct {
	HeadSHA        string `json:"head_sha"`
	HTMLURL        string `json:"html_url"`
	HeadRepository struct {
		FullName string `json:"full_name"`
	} `json:"head_repository"`
}

type pullRequest struct {
	Number int    `json:"number"`
	State  string `json:"state"`
	Head   struct {
		SHA  string `json:"sha"`
		Repo struct {
			FullName string `json:"full_name"`
		} `json:"repo"`
	} `json:"head"`
}

// marker is the first line of a comment or an issue that is renewed.
var marker = regexp.MustCompile(`^<!-- modelferry[a-z :-]+-->\n`)

// commentPlan writes bodyFile, which begins with a marker, as the one comment with this marker of a pull request. The
// number of the pull request comes from an untrusted artifact: it is used only if the pull request's head is the commit
// and the repository of the workflow run. The text was rendered by the code of the base branch.
func commentPlan(ctx context.Context, c *client, eventFile, numberFile, bodyFile string) error {
	run, err := readRun(eventFile)
	if err != nil {
		return err
	}
	number, err := readNumber(numberFile)
	if err != nil {
		return err
	}
	body, err := readRegular(bodyFile, maxFile)
	if err != nil {
		return err
	}
	if !marker.MatchString(body) {
		return fmt.Errorf("invalid text of a comment in %s: the first line must be a marker, such as <!-- modelferry: plan -->", bodyFile)
	}
	var pull pullRequest
	if err := c.call(ctx, http.MethodGet, fmt.Sprintf("/pulls/%d", number), nil, nil, &pull); err != nil {
		return err
	}
	switch {
	case pull.Head.Repo.FullName != run.HeadRepository.FullName:
		return fmt.Errorf("the plan names pull request %d of %s, but its workflow ran for %s",
			number, pull.Head.Repo.FullName, run.HeadRepository.FullName)
	case pull.State != "open":
		fmt.Fprintf(c.out, "pull request %d is closed: no comment\n", number)
		return nil
	case pull.Head.SHA != run.HeadSHA:
		fmt.Fprintf(c.out, "pull request %d has another head than %s: no comment, its own run writes one\n", number, run.HeadSHA)
		return nil
	}
	return c.renewComment(ctx, number, body+fmt.Sprintf("\n<sub>Commit %s, [run](%s)</sub>\n", run.HeadSHA, run.HTMLURL))
}

func readRun(eventFile string) (workflowRun, error) {
	text, err := os.ReadFile(eventFile)
	if err != nil {
		return workflowRun{}, fmt.Errorf("GITHUB_EVENT_PATH: %w", err)
	}
	var event struct {
		WorkflowRun workflowRun `json:"workflow_run"`
	}
	if err := json.Unmarshal(text, &event); err != nil {
		return workflowRun{}, fmt.Errorf("%s: %w", eventFile, err)
	}
	if event.WorkflowRun.HeadSHA == "" || event.WorkflowRun.HeadRepository.FullName == "" {
		return workflowRun{}, fmt.Errorf("%s is not the event of a workflow_run", eventFile)
	}
	return event.WorkflowRun, nil
}

type comment struct {
	ID   int64
	Body string
	User author
}

// renewComment replaces the comment that an earlier run wrote, or writes the first one.
func (c *client) renewComment(ctx context.Context, number int, body string) error {
	comments, err := list[comment](ctx, c, fmt.Sprintf("/issues/%d/comments", number), url.Values{})
	if err != nil {
		return err
	}
	content := map[string]string{"body": body}
	first, _, _ := strings.Cut(body, "\n")
	for _, existing := range comments {
		// Anyone may write a comment with the marker, but not as the bot.
		if existing.User.Login == botLogin && strings.HasPrefix(existing.Body, first) {
			fmt.Fprintf(c.out, "renewing the comment on pull request %d\n", number)
			return c.call(ctx, http.MethodPatch, fmt.Sprintf("/issues/comments/%d", existing.ID), nil, content, nil)
		}
	}
	fmt.Fprintf(c.out, "commenting on pull request %d\n", number)
	return c.call(ctx, http.MethodPost, fmt.Sprintf("/issues/%d/comments", number), nil, content, nil)
}
