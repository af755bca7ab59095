package components

import (
	"encoding/json"
	"fmt"
)

// CNIConfig returns the CNI configuration: one routed link for each pod. Without a bridge, traffic between
// pods passes the Service rules without the kernel module br_netfilter.
func (s NodeConfig) CNIConfig() ([]byte, error) {
	type m = map[string]any
	document, err := json.MarshalIndent(m{
		"cniVersion": "0.4.0",
		"name":       "modelferry",
		"plugins": []m{{
			"type": "ptp",
			"ipam": m{
				"type":    "host-local",
				"ranges":  [][]m{{{"subnet": s.Range.PodCIDR().String()}}},
				"routes":  []m{{"dst": "0.0.0.0/0"}},
				"dataDir": "/run/cni", // disappears with the node, as the pods' namespaces do
			},
		}},
	}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("CNI configuration: %w", err)
	}
	return document, nil
}
