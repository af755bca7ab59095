package provider

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
)

// Account has the settings of the account of a local cloud, from account.yaml in the stack's directory. Without the
// file it is a new account.
type Account struct {
	// ForeignBuckets are names of buckets that other accounts have.
	ForeignBuckets []string `yaml:"foreignBuckets"`
	// Quotas of the account, by their names.
	Quotas map[string]float64 `yaml:"quotas"`
}

// Account returns the settings of the account.
func (c *Cloud) Account() (Account, error) {
	var account Account
	path := filepath.Join(c.Dir, "account.yaml")
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return account, nil
	}
	if err == nil {
		decoder := yaml.NewDecoder(bytes.NewReader(content))
		decoder.KnownFields(true)
		err = decoder.Decode(&account)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return account, fmt.Errorf("account of the local cloud %s: %w", path, err)
	}
	return account, nil
}

// Quota limits how much of something an account may have in a region.
type Quota struct {
	Name    string  // as the cloud names it
	Default float64 // of a new account; 0 for a quota that applies only if it is set
	// Usage returns how much a resource uses, 0 for other resources.
	Usage func(record cloudstate.Resource, cloud *cloudstate.Cloud) float64
	// Message is the cloud's error. It has the placeholders {limit}, {requested}, {short} and {available}, and {count}
	// for the limit as an integer. They may not be in a Template.
	Message OutputFunc
}

// CountOf returns the usage of a quota of resources of a type.
func CountOf(typ string) func(cloudstate.Resource, *cloudstate.Cloud) float64 {
	return func(record cloudstate.Resource, _ *cloudstate.Cloud) float64 {
		if record.Type == typ {
			return 1
		}
		return 0
	}
}

// checkQuotas returns the cloud's error if a new resource exceeds a quota.
func checkQuotas(quotas []Quota, account Account, r *Request, created cloudstate.Resource, cloud *cloudstate.Cloud) error {
	for name := range account.Quotas {
		if !slices.ContainsFunc(quotas, func(q Quota) bool { return q.Name == name }) {
			var names []string
			for _, quota := range quotas {
				names = append(names, quota.Name)
			}
			return fmt.Errorf("account.yaml: invalid quota %q: must be one of %s", name, strings.Join(names, ", "))
		}
	}
	for _, quota := range quotas {
		limit, isSet := account.Quotas[quota.Name]
		requested := quota.Usage(created, cloud)
		if requested == 0 || !isSet && quota.Default == 0 {
			continue
		}
		if !isSet {
			limit = quota.Default
		}
		available := limit
		for _, record := range cloud.Resources {
			available -= quota.Usage(record, cloud)
		}
		if requested <= available {
			continue
		}
		available = max(available, 0)
		return errors.New(strings.NewReplacer(
			"{limit}", fmt.Sprintf("%.1f", limit), "{count}", fmt.Sprintf("%.0f", limit), "{requested}", fmt.Sprintf("%.1f", requested),
			"{short}", fmt.Sprintf("%.1f", requested-available), "{available}", fmt.Sprintf("%.1f", available),
		).Replace(fmt.Sprint(quota.Message(r))))
	}
	return nil
}
