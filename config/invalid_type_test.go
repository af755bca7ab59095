package config_test

// invalidTypes are about what decoding refuses: keys that nothing reads, and
// values of another kind.
var invalidTypes = []invalidCase{
	{name: "misspelt top-level key", set: map[string]any{"relaeses": object},
		want: []string{`modelferry:relaeses: Forbidden: unknown key: did you mean "releases"?`}},
	{name: "unknown top-level key", set: map[string]any{"telemetry": "on"},
		want: []string{`modelferry:telemetry: Forbidden: unknown key`}},
	{name: "misspelt required key", set: map[string]any{"cluster": nil, "clutser": object},
		want: []string{
			`modelferry:cluster: Required value: must be set`,
			`modelferry:clutser: Forbidden: unknown key: did you mean "cluster"?`,
		}},
	{name: "unknown nested key", set: map[string]any{"services.bankchurn.autoscaling.maximum": 4},
		want: []string{`modelferry:services.bankchurn.autoscaling.maximum: Forbidden: unknown key`}},
	{name: "misspelt nested key", set: map[string]any{"releases.bankchurn.artifacts.model.sha265": zeros},
		want: []string{`modelferry:releases.bankchurn.artifacts.model.sha265: Forbidden: unknown key: did you mean "sha256"?`}},
	{name: "key in the wrong case", set: map[string]any{"cluster.create.machinetype": "e2-small"},
		want: []string{`modelferry:cluster.create.machinetype: Forbidden: unknown key: did you mean "machineType"?`}},
	{name: "text for a top-level object", set: map[string]any{"fetcher": "registry.example/fetcher:1"},
		want: []string{`modelferry:fetcher: Invalid value: "registry.example/fetcher:1": must be an object: write its keys ` +
			`below it, or set them with pulumi config set --path`}},
	{name: "list for a top-level object", set: map[string]any{"buckets": []any{"models"}},
		want: []string{`modelferry:buckets: Invalid value: "[\"models\"]": must be an object: write its keys below it, or set ` +
			`them with pulumi config set --path`}},
	{name: "text for a nested object", set: map[string]any{"cluster.create": "modelferry"},
		want: []string{`modelferry:cluster.create: Invalid value: "modelferry": must be an object with keys`}},
	{name: "list for a map", set: map[string]any{"services.bankchurn.backends": []any{}},
		want: []string{`modelferry:services.bankchurn.backends: Invalid value: []: must be an object with keys`}},
	{name: "text for a list", set: map[string]any{"cluster.create.authorizedNetworks": "203.0.113.0/24"},
		want: []string{`modelferry:cluster.create.authorizedNetworks: Invalid value: "203.0.113.0/24": must be a list`}},
	{name: "bool for a text element", set: map[string]any{"cluster.create.authorizedNetworks": []any{true}},
		want: []string{`modelferry:cluster.create.authorizedNetworks[0]: Invalid value: true: must be text: put it in quotes`}},
	{name: "text for a number", set: map[string]any{"fetcher.retries": "three"},
		want: []string{`modelferry:fetcher.retries: Invalid value: "three": must be a whole number`}},
	{name: "fraction for a whole number", set: map[string]any{"services.bankchurn.autoscaling.cpu": 0.5},
		want: []string{`modelferry:services.bankchurn.autoscaling.cpu: Invalid value: 0.5: must be a whole number`}},
	{name: "bool for a number", set: map[string]any{"services.bankchurn.port": true},
		want: []string{`modelferry:services.bankchurn.port: Invalid value: true: must be a whole number`}},
	{name: "text for a bool", set: map[string]any{"buckets.forceDestroy": "yes"},
		want: []string{`modelferry:buckets.forceDestroy: Invalid value: "yes": must be true or false`}},
	{name: "text for a bool with a default", set: map[string]any{"cluster.create.deletionProtection": "no"},
		want: []string{`modelferry:cluster.create.deletionProtection: Invalid value: "no": must be true or false`}},
	{name: "text for a top-level bool", set: map[string]any{"production": "yes"},
		want: []string{`modelferry:production: Invalid value: "yes": must be true or false`}},
	{name: "bool for text", set: map[string]any{"services.bankchurn.env.DEBUG": true},
		want: []string{`modelferry:services.bankchurn.env.DEBUG: Invalid value: true: must be text: put it in quotes`}},
	{name: "object for text", set: map[string]any{"releases.bankchurn.image": map[string]any{"tag": "1"}},
		want: []string{`modelferry:releases.bankchurn.image: Invalid value: {"tag":"1"}: must be text`}},
	{name: "number for a duration", set: map[string]any{"fetcher.timeout": 300},
		want: []string{`modelferry:fetcher.timeout: Invalid value: 300: must be a duration such as "90s"`}},
	{name: "words for a duration", set: map[string]any{"services.bankchurn.health.startup": "3 minutes"},
		want: []string{`modelferry:services.bankchurn.health.startup: Invalid value: "3 minutes": must be a duration such as "90s"`}},
	{name: "object for a duration", set: map[string]any{"rollout.deadline": object},
		want: []string{`modelferry:rollout.deadline: Invalid value: {}: must be a duration such as "90s"`}},
	{name: "long value is shortened", set: map[string]any{"fetcher.retries": zeros + zeros},
		want: []string{`modelferry:fetcher.retries: Invalid value: ` +
			`"000000000000000000000000000000000000000000000000000000000000…": must be a whole number`}},
	{name: "keys without a value", set: map[string]any{
		"services.bankchurn.env": map[string]any{"LOG_LEVEL": nil}, "cluster.create.authorizedNetworks": []any{nil}},
		want: []string{
			`modelferry:cluster.create.authorizedNetworks[0]: Required value: the element has no value: set one, or remove it ` +
				`from the list`,
			`modelferry:services.bankchurn.env.LOG_LEVEL: Required value: the key has no value: set one, or remove the key`,
		}},
}
