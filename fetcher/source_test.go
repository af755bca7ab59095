package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestUserAgent_containsVersion(t *testing.T) {
	for released, want := range map[string]string{"v1.2.3": "modelferry-fetcher/v1.2.3", "": "modelferry-fetcher/devel"} {
		defer func(before string) { version = before }(version)
		version = released
		require.Equal(t, want, userAgent())
	}
}
