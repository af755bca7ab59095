package program

import "fmt"

// rolesWithoutSettings returns the IAM roles without the path and the permissions boundary of the config. An
// organization that requires them would refuse the creation of the role.
func rolesWithoutSettings(r *programRun) []string {
	var violations []string
	for _, role := range r.ByType("aws:iam/role:Role") {
		for input, want := range map[string]string{
			"path": r.config.IAM.Path, "permissionsBoundary": r.config.IAM.PermissionsBoundary,
		} {
			value, _ := role.Input(input).(string)
			if value != want {
				violations = append(violations, fmt.Sprintf("%s: %s is %q, want %q", role, input, value, want))
			}
		}
	}
	return violations
}
