package main

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/request"
)

func TestUsage_listsEveryVariable(t *testing.T) {
	own := regexp.MustCompile(`^(FETCH|MODEL|LOCAL|S3|GCS)_|^ARTIFACTS$`)
	for _, cloud := range []string{"S3", "GCS"} {
		_, err := request.FromEnv(func(key string) (string, bool) {
			if own.MatchString(key) {
				require.Regexp(t, `(?m)^ .*\b`+key+`\b`, usage)
			}
			switch key {
			case cloud + "_BUCKET", cloud + "_MODEL_PATH":
				return "models", true
			case "LOCAL_MODEL_PATH":
				return "/models/m.bin", true
			}
			return "", false
		})
		require.NoError(t, err)
	}
}
