package components

import (
	"encoding/json"
	"fmt"
)

// CNIConfig returns the CNI configuration: one routed link for each pod. A bridge would need the kernel module
// br_netfilter to apply the Service rules to traffic between pods.
func (c NodeConfig) CNIConfig() ([]byte, error) {
	type m = map[string]any
	document, err := json.MarshalIndent(m{
		"cniVersion": "0.4.0",
		"name":       "modelferry",
		"plugins": []m{{
			"type": "ptp",
			"ipam": m{
				"type":    "host-local",
				"ranges":  [][]m{{{"subnet": c.Range.PodCIDR().String()}}},
				"routes":  []m{{"dst": "0.0.0.0/0"}},
				"dataDir": "/run/cni", // must not outlive the pods' network namespaces
			},
		}},
	}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("CNI configuration: %w", err)
	}
	return document, nil
}
