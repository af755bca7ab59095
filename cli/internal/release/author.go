package release

import (
	"context"
	"os"
	"os/exec"
	"os/user"
	"strings"
)

// Author is who makes a release.
type Author struct {
	// Who is an e-mail address or a name.
	Who string
	// Commit of the repository, or "" outside of one.
	Commit string
}

// actorVariables name the person who started a CI job.
// https://docs.github.com/en/actions/reference/workflows-and-actions/variables
// https://docs.gitlab.com/ci/variables/predefined_variables/
var actorVariables = []string{"GITHUB_ACTOR", "GITLAB_USER_LOGIN"}

// FindAuthor returns the actor of the CI job, the user in git's config, or the user of this machine.
func FindAuthor(ctx context.Context, root string) Author {
	git := func(args ...string) string {
		out, err := exec.CommandContext(ctx, "git", append([]string{"-C", root}, args...)...).Output()
		if err != nil {
			return "" // no git, or no repository
		}
		return strings.TrimSpace(string(out))
	}
	author := Author{Commit: git("rev-parse", "HEAD")}
	var names []string
	for _, variable := range actorVariables {
		names = append(names, os.Getenv(variable))
	}
	names = append(names, git("config", "user.email"), git("config", "user.name"), os.Getenv("USER"))
	if current, err := user.Current(); err == nil {
		names = append(names, current.Username)
	}
	for _, name := range names {
		if name != "" {
			author.Who = name
			break
		}
	}
	return author
}
