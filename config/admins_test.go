package config_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config"
)

func TestClusterSpec_IsAdmin(t *testing.T) {
	cluster := config.ClusterSpec{Admins: []string{
		"arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Ops_1",
		"arn:aws:iam::123456789012:user/staff/ann",
	}}
	for identity, want := range map[string]bool{
		"arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Ops_1/ann@example.com": true,
		"arn:aws:iam::123456789012:user/staff/ann":                                    true,
		"arn:aws:sts::123456789012:assumed-role/ann/session":                          false,
		"arn:aws:sts::210987654321:assumed-role/AWSReservedSSO_Ops_1/ann":             false,
		"arn:aws:iam::123456789012:user/bob":                                          false,
		"arn:aws:iam::123456789012:root":                                              false,
		"":                                                                            false,
	} {
		require.Equal(t, want, cluster.IsAdmin(identity), identity)
	}
}
