package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// proposal is a change of stack files as a pull request.
type proposal struct {
	branch, title, body string
	// files are the contents by the paths in the repository.
	files map[string]string
	// commit is the ID of the commit that the files were changed from.
	commit string
}

// readProposal reads the files branch, title and body.md of a folder, and the stack files in it.
func readProposal(dir, commit string) (proposal, error) {
	p := proposal{commit: commit, files: map[string]string{}}
	for name, text := range map[string]*string{"branch": &p.branch, "title": &p.title, "body.md": &p.body} {
		content, err := readRegular(filepath.Join(dir, name), maxFile)
		if err != nil {
			return proposal{}, err
		}
		*text = strings.TrimSpace(content)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return proposal{}, err
	}
	for _, entry := range entries {
		if !stackFile.MatchString(entry.Name()) {
			continue
		}
		if p.files[entry.Name()], err = readRegular(filepath.Join(dir, entry.Name()), maxFile); err != nil {
			return proposal{}, err
		}
	}
	return p, p.validate()
}

// checkWorkflows run for the branch. GitHub starts no workflow for a pull request that GITHUB_TOKEN opens, but it does
// for workflow_dispatch.
// https://docs.github.com/en/actions/how-tos/write-workflows/choose-when-workflows-run/trigger-a-workflow
var checkWorkflows = []string{"pull-request.yml", "plan.yml"}

var (
	branchName = regexp.MustCompile(`^release/[a-z0-9][a-z0-9.-]{0,99}$`)
	stackFile  = regexp.MustCompile(`^Pulumi\.[A-Za-z0-9_.-]+\.yaml$`)
	commitID   = regexp.MustCompile(`^[0-9a-f]{40}$`)
)

func (p proposal) validate() error {
	if !branchName.MatchString(p.branch) {
		return fmt.Errorf("invalid branch %q: must be release/NAME, in lower case", p.branch)
	}
	if !commitID.MatchString(p.commit) {
		return fmt.Errorf("invalid GITHUB_SHA %q: must be the ID of a commit", p.commit)
	}
	if strings.ContainsAny(p.title, "\r\n") {
		return fmt.Errorf("invalid title %q: must be one line", p.title)
	}
	if len(p.files) == 0 {
		return errors.New("no stack file to propose: expected Pulumi.STACK.yaml")
	}
	return nil
}

// propose commits the files of a folder on top of a commit, sets the branch to it, opens a pull request or renews the
// open one, and starts its checks.
func propose(ctx context.Context, c *client, dir, parent string) error {
	p, err := readProposal(dir, parent)
	if err != nil {
		return err
	}
	commit, err := c.commitFiles(ctx, p)
	if err != nil {
		return err
	}
	if err := c.setBranch(ctx, p.branch, commit); err != nil {
		return err
	}
	number, err := c.openPullRequest(ctx, p)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "pull request %d\n", number)
	for _, workflow := range checkWorkflows {
		content := map[string]any{"ref": p.branch}
		if workflow == "plan.yml" {
			content["inputs"] = map[string]string{"number": fmt.Sprint(number)}
		}
		if err := c.call(ctx, http.MethodPost, "/actions/workflows/"+workflow+"/dispatches", nil, content, nil); err != nil {
			return err
		}
	}
	return nil
}

// commitFiles returns the ID of a commit of the files, whose parent is the proposal's commit. The commit names no
// author, so GitHub signs it.
// https://docs.github.com/en/authentication/managing-commit-signature-verification/about-commit-signature-verification
func (c *client) commitFiles(ctx context.Context, p proposal) (string, error) {
	var parent struct {
		Tree object
	}
	if err := c.call(ctx, http.MethodGet, "/git/commits/"+p.commit, nil, nil, &parent); err != nil {
		return "", err
	}
	var entries []map[string]string
	paths := slices.Sorted(maps.Keys(p.files))
	for _, path := range paths {
		entries = append(entries, map[string]string{"path": path, "mode": "100644", "type": "blob", "content": p.files[path]})
	}
	var tree, commit object
	if err := c.call(
		ctx,
		http.MethodPost,
		"/git/trees",
		nil,
		map[string]any{"base_tree": parent.Tree.SHA, "tree": entries},
		&tree,
	); err != nil {
		return "", err
	}
	if tree.SHA == parent.Tree.SHA {
		return "", fmt.Errorf("nothing to propose: %s are as in commit %s", strings.Join(paths, ", "), p.commit)
	}
	content := map[string]any{"message": p.title, "tree": tree.SHA, "parents": []string{p.commit}}
	err := c.call(ctx, http.MethodPost, "/git/commits", nil, content, &commit)
	return commit.SHA, err
}

// object is one of git.
type object struct {
	SHA string
}

// setBranch creates the branch at the commit, or moves it there: a second try of the same release replaces the first.
func (c *client) setBranch(ctx context.Context, branch, commit string) error {
	err := c.call(ctx, http.MethodPost, "/git/refs", nil, map[string]any{"ref": "refs/heads/" + branch, "sha": commit}, nil)
	var failed *statusError
	if errors.As(err, &failed) && failed.status == http.StatusUnprocessableEntity && strings.Contains(failed.message, "already exists") {
		return c.call(ctx, http.MethodPatch, "/git/refs/heads/"+branch, nil, map[string]any{"sha": commit, "force": true}, nil)
	}
	return err
}

// openPullRequest returns the number of the branch's open pull request, whose title and text it renews, or of a new
// one.
func (c *client) openPullRequest(ctx context.Context, p proposal) (int, error) {
	owner, _, _ := strings.Cut(c.repository, "/")
	open, err := list[pullRequest](ctx, c, "/pulls", url.Values{"state": {"open"}, "head": {owner + ":" + p.branch}})
	if err != nil {
		return 0, err
	}
	content := map[string]any{"title": p.title, "body": p.body}
	if len(open) > 0 {
		return open[0].Number, c.call(ctx, http.MethodPatch, fmt.Sprintf("/pulls/%d", open[0].Number), nil, content, nil)
	}
	var repository struct {
		DefaultBranch string `json:"default_branch"`
	}
	if err := c.call(ctx, http.MethodGet, "", nil, nil, &repository); err != nil {
		return 0, err
	}
	content["head"], content["base"] = p.branch, repository.DefaultBranch
	var created pullRequest
	err = c.call(ctx, http.MethodPost, "/pulls", nil, content, &created)
	return created.Number, err
}
