package docs

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// maxManagedPolicy is the size that AWS allows for a managed policy, in characters without spaces.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const maxManagedPolicy = 6144

var (
	// constructor matches the registration of a resource of a cloud's SDK, such as ecr.NewRepository(ctx.
	constructor = regexp.MustCompile(`\b([a-z][a-z0-9]+)\.New([A-Z]\w+)\(ctx, `)
	// permissionRow is a row of the table. The groups are: role or statement, and resources.
	permissionRow = regexp.MustCompile("(?m)^\\| (`[^|]+) \\| ([^|]+) \\|$")
	resourceType  = regexp.MustCompile("`([A-Z][A-Za-z0-9]+)`")
)

// permissions returns the rows of the table in the section "Permissions" of a page.
func permissions(t *testing.T, page string) [][]string {
	t.Helper()
	_, section, ok := strings.Cut(read(t, page), "\n## Permissions\n")
	require.True(t, ok, page)
	section, _, _ = strings.Cut(section, "\n## ")
	rows := permissionRow.FindAllStringSubmatch(section, -1)
	require.Greater(t, len(rows), 5, page)
	return rows
}

// registeredTypes returns the resource types that the program registers on a cloud, without their packages.
func registeredTypes(t *testing.T, cloud, sdk string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "infra", cloud, "*.go"))
	require.NoError(t, err)
	types := map[string]bool{}
	for _, file := range files {
		source := read(t, filepath.Join("infra", cloud, filepath.Base(file)))
		for _, match := range constructor.FindAllStringSubmatch(source, -1) {
			imported := regexp.MustCompile(`"github.com/pulumi/pulumi-` + sdk + `/sdk/v\d/go/` + sdk + "/" + match[1] + `"`)
			if imported.MatchString(source) {
				types[match[2]] = true
			}
		}
	}
	require.Greater(t, len(types), 15)
	return types
}

// Each resource type of the program has a role or a statement on the page of its cloud.
func TestPermissions_coverEveryResourceType(t *testing.T) {
	for cloud, sdk := range map[string]string{"gke": "gcp", "eks": "aws"} {
		page := "docs/deploy-" + cloud + ".md"
		documented := map[string]bool{}
		for _, row := range permissions(t, page) {
			for _, match := range resourceType.FindAllStringSubmatch(row[2], -1) {
				documented[match[1]] = true
			}
		}
		require.Equal(t, registeredTypes(t, cloud, sdk), documented, "the table of %s, in the order: program, page", page)
	}
}

// The page has a row for each statement of the policy, and AWS accepts the policy's size.
func TestPermissions_policyOfEKS(t *testing.T) {
	text := read(t, "docs/deploy-eks-policy.json")
	var statements, rows []string
	for _, statement := range policyStatements(t, "docs/deploy-eks-policy.json") {
		require.Equal(t, "Allow", statement.Effect)
		statements = append(statements, "`"+statement.Sid+"`")
	}
	for _, row := range permissions(t, "docs/deploy-eks.md") {
		rows = append(rows, row[1])
	}
	require.Equal(t, statements, rows)
	require.Less(t, len(strings.Join(strings.Fields(text), "")), maxManagedPolicy)
}
