package config

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
)

// A new cloud needs an entry in platforms with every field set.
func TestPlatforms_complete(t *testing.T) {
	require.Len(t, platforms, len(Clouds()))
	for _, cloud := range Clouds() {
		p, ok := platforms[cloud]
		require.True(t, ok, cloud)
		value := reflect.ValueOf(p)
		for i := range value.NumField() {
			require.False(t, value.Field(i).IsZero(), "%s has no %s", cloud, value.Type().Field(i).Name)
		}
	}
}
