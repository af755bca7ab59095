package gcs

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBasePath_emulatorAndUniverse(t *testing.T) {
	tests := []struct{ name, emulator, universe, want string }{
		{"googleapis.com by default", "", "", "https://storage.googleapis.com/storage/v1/"},
		{"another universe", "", "example.com", "https://storage.example.com/storage/v1/"},
		{"an emulator with a scheme", "https://gcs:8443/", "example.com", "https://gcs:8443/storage/v1/"},
		{"an emulator without a scheme", "gcs:8080", "", "http://gcs:8080/storage/v1/"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("STORAGE_EMULATOR_HOST", tt.emulator)
			t.Setenv("GOOGLE_CLOUD_UNIVERSE_DOMAIN", tt.universe)
			require.Equal(t, tt.want, basePath())
		})
	}
}
