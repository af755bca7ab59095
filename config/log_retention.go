package config

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// defaultLogDays is the default of cluster.create.logDays.
const defaultLogDays = 90

// LogRetentionDays returns the retention times of CloudWatch that the pinned provider accepts, 0 for unlimited.
// group.go in https://github.com/hashicorp/terraform-provider-aws/tree/v5.100.0/internal/service/logs
func LogRetentionDays() []int {
	return []int{
		0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
	}
}

func validateLogDays(fldPath *field.Path, days int) field.ErrorList {
	if slices.Contains(LogRetentionDays(), days) {
		return nil
	}
	accepted := strings.Trim(strings.ReplaceAll(fmt.Sprint(LogRetentionDays()), " ", ", "), "[]")
	return field.ErrorList{field.Invalid(fldPath, days, "must be one of "+accepted)}
}
