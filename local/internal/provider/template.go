package provider

import (
	"regexp"
)

// placeholder is {path} in a Text, or {#n} for n digits of the resource's Hash.
var placeholder = regexp.MustCompile(`\{(#?[A-Za-z0-9.]+)\}`)

// Template is a Value that fills placeholders: {name} with the property of that path (an input, or another
// output), {id} with the resource's id, {#8} with eight hex digits of its own.
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

// TemplateList is a Text for every element of a list.
func TemplateList(formats ...string) OutputFunc {
	return func(r *Request) any {
		list := make([]any, 0, len(formats))
		for _, format := range formats {
			list = append(list, Template(format)(r))
		}
		return list
	}
}
