package provider

import "regexp"

// placeholder matches {path} and {#n} in a Template.
var placeholder = regexp.MustCompile(`\{(#?[A-Za-z0-9.]+)\}`)

// Template returns an output that fills the placeholders in format: {path} with a property (an input or another
// output), {id} with the resource's ID, and {#8} with eight digits of its Hash.
func Template(format string) OutputFunc {
	return func(r *Request) any {
		return placeholder.ReplaceAllStringFunc(format, func(match string) string {
			name := match[1 : len(match)-1]
			if name[0] != '#' {
				return r.GetString(name)
			}
			n := 0
			for _, digit := range name[1:] {
				n = n*10 + int(digit-'0')
			}
			return r.Hash(n)
		})
	}
}
