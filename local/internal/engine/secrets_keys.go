package engine

// secretsKeys are the stack file's keys that say how its secrets are encrypted.
var secretsKeys = []string{"encryptionsalt", "encryptedkey", "secretsprovider"}

// withLocalSecretsKeys replaces the secretsKeys of a stack file with those of the previous local copy. The repository's
// belong to another passphrase.
func withLocalSecretsKeys(content, previous []byte) ([]byte, error) {
	document, err := parseMapping(content)
	if err != nil {
		return nil, err
	}
	previousDocument, err := parseMapping(previous)
	if err != nil {
		return nil, err
	}
	for _, key := range secretsKeys {
		deleteMappingKey(document, key)
		if value := mappingValue(previousDocument, key); value != nil {
			setMappingValue(document, key, value)
		}
	}
	return encodeYAML(document)
}
