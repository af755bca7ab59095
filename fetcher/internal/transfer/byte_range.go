package transfer

// byteRange is a range of an object, in bytes.
type byteRange struct{ offset, length int64 }

// splitRanges splits size bytes into ranges of length bytes; the last one may be shorter.
func splitRanges(size, length int64) []byteRange {
	ranges := make([]byteRange, 0, (size+length-1)/length)
	for offset := int64(0); offset < size; offset += length {
		ranges = append(ranges, byteRange{offset: offset, length: min(length, size-offset)})
	}
	return ranges
}
