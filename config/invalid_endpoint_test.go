package config_test

// invalidEndpoints are cases of invalid endpoints.
var invalidEndpoints = []invalidCase{
	{name: "storage endpoint without a scheme", set: map[string]any{"endpoints.storage": "storage.internal"},
		want: []string{`modelferry:endpoints.storage: Invalid value: "storage.internal": must be a URL: https://HOST[:PORT]`}},
	{name: "storage endpoint with a password", set: map[string]any{"endpoints.storage": "https://key:secret@storage.internal"},
		want: []string{`modelferry:endpoints.storage: Invalid value: "https://key:secret@storage.internal": must be a URL: ` +
			`https://HOST[:PORT]`}},
	{name: "storage endpoint with a query", set: map[string]any{"endpoints.storage": "https://storage.internal?tier=hot"},
		want: []string{`modelferry:endpoints.storage: Invalid value: "https://storage.internal?tier=hot": must be a URL: ` +
			`https://HOST[:PORT]`}},
	{name: "storage endpoint with a fragment", set: map[string]any{"endpoints.storage": "https://storage.internal#models"},
		want: []string{`modelferry:endpoints.storage: Invalid value: "https://storage.internal#models": must be a URL: ` +
			`https://HOST[:PORT]`}},
	{name: "host of the storage endpoint with a wildcard", set: map[string]any{"endpoints.storage": "https://*.storage.internal"},
		want: []string{`modelferry:endpoints.storage: Invalid value: "https://*.storage.internal": must be a URL: ` +
			`https://HOST[:PORT]`}},
	{name: "identity endpoints", stack: "eks", set: map[string]any{"endpoints.storage": "storage.internal",
		"endpoints.identity": "ftp://sts"},
		want: []string{
			`modelferry:endpoints.identity: Invalid value: "ftp://sts": must be a URL: https://HOST[:PORT]`,
			`modelferry:endpoints.storage: Invalid value: "storage.internal": must be a URL: https://HOST[:PORT]`,
		}},
}
