package components

import (
	"encoding/json"
	"fmt"
)

// CNIConfig is the pods' network: a link of its own for each pod, routed by the node. There is no bridge, so
// traffic between two pods passes the service rules without the kernel's br_netfilter module.
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
				"dataDir": "/run/cni", // gone with the node, as the pods' namespaces are
			},
		}},
	}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("CNI configuration: %w", err)
	}
	return document, nil
}
