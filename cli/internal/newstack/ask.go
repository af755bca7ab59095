package newstack

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/modelferry/modelferry/config"
)

// Questioner asks a user for the values of a new stack.
type Questioner struct {
	In  *bufio.Reader
	Out io.Writer
	// PublicAddress returns the public address of this machine. It asks a server, so it is called only if the user
	// agrees.
	PublicAddress func(ctx context.Context) (string, error)
	// Exists reports whether a stack has a file.
	Exists func(stack string) bool
	// Given reports whether a flag is set, so that its value is not asked for.
	Given func(flag string) bool
}

// Ask returns the options with the answers of the user, and whether there was a question. The values in the options are
// the suggestions.
func (q Questioner) Ask(ctx context.Context, o Options) (answered Options, asked bool, err error) {
	a := &answers{Questioner: q, ctx: ctx}
	for {
		o.Cloud = config.Cloud(a.text("cloud", "Cloud: "+strings.Join(CloudNames(), " or "), string(o.Cloud)))
		if slices.Contains(config.Clouds(), o.Cloud) {
			break
		}
		if a.err != nil || q.Given("cloud") {
			return o, false, a.err // the other questions depend on the cloud
		}
		o.Cloud = ""
	}
	for {
		o.Stack = a.text("stack", "Name of the stack", cmp.Or(o.Stack, string(o.Cloud)))
		if a.err != nil || q.Given("stack") || !q.Exists(o.Stack) {
			break
		}
		a.printf("the stack %s has a file, which is not changed: choose another name\n", o.Stack)
	}
	if o.Cloud.NewStack().HasProject {
		o.Project = a.text("project", "ID of the Google Cloud project", o.Project)
	} else {
		o.Account = a.text("account", "Number of the AWS account", o.Account)
	}
	o.Region = a.text("region", "Region", o.Region)
	o.Owner = a.text("owner", "Owner, a label of all resources (may be empty)", o.Owner)
	o.CostCentre = a.text("cost-centre", "Cost centre, a label of all resources (may be empty)", o.CostCentre)
	if !q.Given("cluster") {
		o.ExistingCluster = a.text("existing-cluster", "Name of an existing cluster (empty: create one)", o.ExistingCluster)
	}
	if o.ExistingCluster == "" {
		o = a.newCluster(o)
	}
	return o, a.asked, a.err
}

// answers reads answers until an error.
type answers struct {
	Questioner
	ctx   context.Context
	asked bool
	err   error
}

func (a *answers) newCluster(o Options) Options {
	o.Cluster = a.text("cluster", "Name of the cluster to create", cmp.Or(o.Cluster, DefaultCluster))
	o.MachineType = a.text("machine-type", "Machine type of its nodes", cmp.Or(o.MachineType, o.Cloud.NewStack().MachineType))
	if len(o.AuthorizedNetworks) == 0 && !a.Given("authorized-network") {
		o.AuthorizedNetworks = a.publicAddress()
	}
	o.AuthorizedNetworks = a.list("authorized-network",
		"Networks that may reach the API server, such as 203.0.113.0/24. Include this machine's", o.AuthorizedNetworks)
	if o.Cloud.NewStack().HasAdmins {
		o.Admins = a.list("admin", "ARNs of the roles that administer the cluster. Include the one that runs pulumi up", o.Admins)
	}
	return o
}

// publicAddress returns the machine's address as a network, if the user wants it to be looked up.
func (a *answers) publicAddress() []string {
	if a.err != nil || a.PublicAddress == nil {
		return nil
	}
	if answer := a.read("Ask " + AddressServer + " for this machine's public address? y or n [n]: "); !strings.HasPrefix(answer, "y") {
		return nil
	}
	address, err := a.PublicAddress(a.ctx)
	if err != nil {
		a.printf("%v\n", err)
		return nil
	}
	return []string{address}
}

// text asks for a value, unless its flag is set. An empty answer is the suggestion.
func (a *answers) text(flag, question, suggestion string) string {
	if a.Given(flag) || a.err != nil {
		return suggestion
	}
	prompt := question
	if suggestion != "" {
		prompt += " [" + suggestion + "]"
	}
	return cmp.Or(a.read(prompt+": "), suggestion)
}

func (a *answers) list(flag, question string, suggestion []string) []string {
	if a.Given(flag) || a.err != nil {
		return suggestion
	}
	answer := a.text(flag, question+" (separated by commas)", strings.Join(suggestion, ","))
	var values []string
	for value := range strings.SplitSeq(answer, ",") {
		if value = strings.TrimSpace(value); value != "" {
			values = append(values, value)
		}
	}
	return values
}

func (a *answers) read(prompt string) string {
	a.asked = true
	a.printf("%s", prompt)
	type answer struct {
		line string
		err  error
	}
	read := make(chan answer, 1)
	go func() { // an interrupt does not end a read
		line, err := a.In.ReadString('\n')
		read <- answer{line, err}
	}()
	select {
	case <-a.ctx.Done():
		a.err = a.ctx.Err()
		return ""
	case got := <-read:
		if got.err != nil {
			a.err = fmt.Errorf("no answer: %w", got.err)
		}
		return strings.TrimSpace(got.line)
	}
}

func (a *answers) printf(format string, args ...any) {
	if _, err := fmt.Fprintf(a.Out, format, args...); err != nil && a.err == nil {
		a.err = err
	}
}
