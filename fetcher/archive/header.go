package archive

import (
	"archive/tar"
	"bytes"
	"fmt"
	"strconv"
)

// The fields of a header that the filter reads or writes.
// https://www.gnu.org/software/tar/manual/html_node/Standard.html
const (
	ownerOffset    = 108
	ownerLength    = 16
	sizeOffset     = 124
	sizeLength     = 12
	timeOffset     = 136
	timeLength     = 12
	checksumOffset = 148
	checksumLength = 8
	typeflagOffset = 156
	magicOffset    = 257
	devicesOffset  = 329
	devicesLength  = 16
)

// checkHeader verifies the checksum of a header and returns its size field.
func checkHeader(header *[blockSize]byte) (int64, error) {
	want, err := parseOctal(header[checksumOffset : checksumOffset+checksumLength])
	if err != nil {
		return 0, errHeader("no checksum")
	}
	if unsigned, signed := checksums(header); want != unsigned && want != signed {
		return 0, errHeader("wrong checksum")
	}
	size, err := parseSize(header[sizeOffset : sizeOffset+sizeLength])
	if err != nil || size > maxSize {
		return 0, errHeader("invalid size")
	}
	return size, nil
}

// maxSize leaves room for padding.
const maxSize = 1 << 62

func parseSize(field []byte) (int64, error) {
	if field[0]&0x80 == 0 {
		return parseOctal(field)
	}
	// GNU and star: a big-endian number instead of octal digits.
	var size int64
	for i, b := range field {
		if i == 0 {
			b &= 0x7f
		}
		if size>>55 != 0 || b&0x40 != 0 && i == 0 { // too large, or negative
			return 0, tar.ErrHeader
		}
		size = size<<8 | int64(b)
	}
	return size, nil
}

// parseOctal accepts spaces and NULs around the digits, and returns 0 if there are none.
func parseOctal(field []byte) (int64, error) {
	digits, _, _ := bytes.Cut(bytes.Trim(field, " \x00"), []byte{0})
	if len(digits) == 0 {
		return 0, nil
	}
	n, err := strconv.ParseUint(string(digits), 8, 63)
	return int64(n), err
}

// checksums returns the sum of all bytes, with spaces in place of the checksum. Some old tools summed signed bytes.
func checksums(header *[blockSize]byte) (unsigned, signed int64) {
	for i, b := range header {
		if i >= checksumOffset && i < checksumOffset+checksumLength {
			b = ' '
		}
		unsigned += int64(b)
		signed += int64(int8(b))
	}
	return unsigned, signed
}

func writeChecksum(header *[blockSize]byte) {
	sum, _ := checksums(header)
	copy(header[checksumOffset:], fmt.Sprintf("%06o\x00 ", sum))
}

// clearIgnored clears owner, time and device numbers, so that archive/tar does not reject invalid ones.
func clearIgnored(header *[blockSize]byte) {
	clear(header[ownerOffset : ownerOffset+ownerLength])
	clear(header[timeOffset : timeOffset+timeLength])
	if bytes.HasPrefix(header[magicOffset:], []byte("ustar")) {
		clear(header[devicesOffset : devicesOffset+devicesLength])
	}
}
