package transfer

// span is one range of an object, in bytes.
type span struct{ offset, length int64 }

// spans cuts size bytes into ranges of part bytes; the last is what is left.
func spans(size, part int64) []span {
	all := make([]span, 0, (size+part-1)/part)
	for offset := int64(0); offset < size; offset += part {
		all = append(all, span{offset: offset, length: min(part, size-offset)})
	}
	return all
}
