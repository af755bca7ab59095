package signature

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// The largest numbers of JSON tokens: keys, values and brackets. A bundle is read before anything in it is verified,
// and each token takes up to 100 times its bytes in memory. One of 100 certificates and 10 entries of a transparency
// log has about 1,500, since the signed statement is one of them. The statement is read after its signature was
// verified, but with a keyless signature before it is known who the signer is. One of 100,000 files, which are as many
// as an archive may have by default, has 800,000.
const (
	maxTokens          = 10_000
	maxStatementTokens = 1_000_000
)

// decodeJSON decodes one JSON document. It refuses what parsers read differently, so that no other tool sees another
// document than this one: two keys of an object that differ in case only or not at all, a known key in another case,
// bytes that are not UTF-8, and data after the document. strict is for what is not verified yet: it refuses unknown
// keys, too, and more than maxTokens. known are the keys of target.
func decodeJSON(text []byte, target any, strict bool, known ...string) error {
	limit := maxStatementTokens
	if strict {
		limit = maxTokens
	}
	if !utf8.Valid(text) {
		return errors.New("is not UTF-8")
	}
	if err := checkKeys(text, known, limit); err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	if strict {
		decoder.DisallowUnknownFields()
	}
	if err := decoder.Decode(target); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("has data after the JSON document")
	}
	return nil
}

// checkKeys reports the first ambiguous key of a document's objects, and more than limit tokens.
func checkKeys(text []byte, known []string, limit int) error {
	spellings := map[string][]string{} // the signatures of an envelope have a keyid, and a log has a keyId
	for _, key := range known {
		spellings[foldKey(key)] = append(spellings[foldKey(key)], key)
	}
	type object struct {
		seen   map[string]bool // nil for a list
		isName bool
	}
	var open []object
	decoder := json.NewDecoder(bytes.NewReader(text))
	for tokens := 0; ; tokens++ {
		token, err := decoder.Token()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case tokens == limit:
			return fmt.Errorf("has more than %d JSON values", limit)
		}
		if delim, ok := token.(json.Delim); ok && (delim == '}' || delim == ']') {
			open = open[:len(open)-1]
			continue
		}
		if len(open) > 0 {
			parent := &open[len(open)-1]
			name, _ := token.(string)
			if parent.seen != nil && parent.isName {
				folded := foldKey(name)
				if exact := spellings[folded]; exact != nil && !slices.Contains(exact, name) {
					return fmt.Errorf("has the key %q, which must be %q", name, exact[0])
				}
				if parent.seen[folded] {
					return fmt.Errorf("has the key %q twice", name)
				}
				parent.seen[folded], parent.isName = true, false
				continue
			}
			parent.isName = true
		}
		switch token {
		case json.Delim('{'):
			open = append(open, object{seen: map[string]bool{}, isName: true})
		case json.Delim('['):
			open = append(open, object{})
		}
	}
}

// foldKey returns the same text for all keys that encoding/json takes for the same field: those that are equal under
// simple folding. Lower case is not enough: U+017F is an s.
func foldKey(key string) string { return strings.ToLower(strings.ToUpper(key)) }

// base64Bytes is a bytes field of a protobuf message in JSON: base64 with padding. Other forms, such as with line
// breaks or with set bits after the last byte, are refused, so that a value has one form.
type base64Bytes []byte

// UnmarshalJSON decodes a string.
func (b *base64Bytes) UnmarshalJSON(text []byte) error {
	var encoded *string
	if err := json.Unmarshal(text, &encoded); err != nil {
		return err
	}
	if encoded == nil {
		return nil
	}
	if strings.ContainsAny(*encoded, "\r\n") {
		return errors.New("base64 with line breaks")
	}
	decoded, err := base64.StdEncoding.Strict().DecodeString(*encoded)
	if err != nil {
		return err
	}
	*b = decoded
	return nil
}
