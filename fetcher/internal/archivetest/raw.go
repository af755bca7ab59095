package archivetest

import (
	"bytes"
	"fmt"
	"strconv"
)

// Raw returns the blocks of an entry that archive/tar does not write: a header and the padded body. edit may change the
// header before its checksum is computed.
func Raw(typeflag byte, name string, body []byte, edit func(header []byte)) []byte {
	header := make([]byte, 512)
	copy(header, name)
	copy(header[100:], "0000644\x000000000\x000000000\x00")
	copy(header[124:], fmt.Sprintf("%011o\x0000000000000\x00        ", len(body)))
	header[156] = typeflag
	copy(header[257:], "ustar\x0000")
	if edit != nil {
		edit(header)
	}
	sum := 0
	for _, b := range header {
		sum += int(b)
	}
	copy(header[148:], fmt.Sprintf("%06o\x00 ", sum))
	return bytes.Join([][]byte{header, body, make([]byte, -len(body)&511)}, nil)
}

// RawTar returns an archive of the entries with an end-of-archive mark.
func RawTar(entries ...[]byte) []byte {
	return append(bytes.Join(entries, nil), make([]byte, 1024)...)
}

// PaxRecord returns a record of an extended header.
func PaxRecord(key, value string) []byte {
	length := len(key) + len(value) + 3
	for len(strconv.Itoa(length))+len(key)+len(value)+3 != length {
		length = len(strconv.Itoa(length)) + len(key) + len(value) + 3
	}
	return fmt.Appendf(nil, "%d %s=%s\n", length, key, value)
}

// SparseFile returns the blocks of a file of the given size that is a hole but for its first bytes, in GNU's format.
func SparseFile(name string, data []byte, size int64) []byte {
	return Raw('S', name, data, func(header []byte) {
		copy(header[257:], "ustar  \x00")
		copy(header[386:], fmt.Sprintf("%011o\x00%011o\x00%011o\x00%011o\x00", 0, len(data), size, 0))
		copy(header[483:], fmt.Sprintf("%011o\x00", size))
	})
}
