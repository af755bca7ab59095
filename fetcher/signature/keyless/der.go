package keyless

import (
	"encoding/asn1"
	"errors"
)

// maxDepth is how deep DER may be nested. A timestamp with certificates has a depth of about 15.
const maxDepth = 64

// checkDER refuses anything but one element whose parts, at every depth, have definite lengths and end where they do.
// The library that reads timestamps reads BER, too, and lets a part be longer than what it is in: it reads the rest
// twice for every such part, so that 100 bytes take 10 s and 1 GB, and 200 bytes never end.
// https://github.com/digitorus/pkcs7/blob/3a137a874352/ber.go
func checkDER(text []byte) error {
	rest, err := checkElement(text, maxDepth)
	if err == nil && len(rest) > 0 {
		err = errors.New("has data after it")
	}
	return err
}

// checkElement checks the first element of a text, and returns what is after it.
func checkElement(text []byte, depth int) ([]byte, error) {
	if depth == 0 {
		return nil, errors.New("is nested too deep")
	}
	var element asn1.RawValue
	rest, err := asn1.Unmarshal(text, &element)
	if err != nil || !element.IsCompound {
		return rest, err
	}
	for parts := element.Bytes; len(parts) > 0; {
		if parts, err = checkElement(parts, depth-1); err != nil {
			return nil, err
		}
	}
	return rest, nil
}
