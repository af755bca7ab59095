package archive

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// paxRecords are the records of extended headers that archive/tar needs for the next entry.
type paxRecords struct {
	text bytes.Buffer
	// size is the value of the record "size", or -1.
	size int64
}

// changesEntry reports whether an extraction needs a record: all others are ignored.
func changesEntry(key string) bool {
	return key == "path" || key == "linkpath" || key == "size" || strings.HasPrefix(key, "GNU.sparse.")
}

func (p *paxRecords) add(key string, size int64, value io.Reader) error {
	switch {
	case !changesEntry(key):
		return nil
	case int64(p.text.Len())+size > maxMetadata && strings.HasSuffix(key, "path"):
		return longNameError(size)
	case int64(p.text.Len())+size > maxMetadata:
		return errors.New("the map of a sparse file is too long")
	}
	text, err := io.ReadAll(value)
	if err != nil {
		return err
	}
	if key == "size" && len(text) > 0 {
		if p.size, err = strconv.ParseInt(string(text), 10, 64); err != nil || p.size < 0 || p.size > maxSize {
			return errHeader("invalid size %q", text)
		}
	}
	p.text.WriteString(formatRecord(key, string(text)))
	return nil
}

// formatRecord returns "LENGTH KEY=VALUE\n". The length includes its own digits.
func formatRecord(key, value string) string {
	size := len(key) + len(value) + len(" =\n")
	length := size + len(strconv.Itoa(size))
	length = size + len(strconv.Itoa(length))
	return strconv.Itoa(length) + " " + key + "=" + value + "\n"
}

// writeTo writes an extended header with the records, if there are any, and forgets them.
func (p *paxRecords) writeTo(w *bytes.Buffer) {
	if size := p.text.Len(); size > 0 {
		var header [blockSize]byte
		copy(header[:], "PaxHeaders")
		copy(header[sizeOffset:], fmt.Sprintf("%011o", size))
		header[typeflagOffset] = 'x'
		copy(header[magicOffset:], "ustar\x0000")
		writeChecksum(&header)
		w.Write(header[:])
		_, _ = p.text.WriteTo(w) // a buffer accepts everything
		w.Write(zeroBlock[:paddingOf(int64(size))])
	}
	p.reset()
}

func (p *paxRecords) reset() {
	p.text.Reset()
	p.size = -1
}

// parseRecords calls add for each record of an extended header. Values are not read into memory.
// https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_03
func parseRecords(content *io.LimitedReader, add func(key string, size int64, value io.Reader) error) error {
	r := bufio.NewReaderSize(content, 4096)
	for {
		if _, err := r.Peek(1); errors.Is(err, io.EOF) && content.N == 0 {
			return nil
		}
		digits, err := r.ReadString(' ')
		if err != nil {
			return recordError(err)
		}
		length, err := strconv.ParseInt(strings.TrimSuffix(digits, " "), 10, 64)
		if err != nil {
			return errHeader("invalid length %.20q of a record", digits)
		}
		key, err := r.ReadSlice('=')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return recordError(err)
		}
		// The key of an ignored record may be as long as the buffer: then it is cut off.
		size := length - int64(len(digits)) - int64(len(key)) - 1
		if size < 0 {
			return errHeader("invalid length %d of a record", length)
		}
		value := &io.LimitedReader{R: r, N: size}
		if err := add(strings.TrimSuffix(string(key), "="), size, value); err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, value); err != nil {
			return err
		}
		if end, err := r.ReadByte(); err != nil || value.N > 0 || end != '\n' {
			return recordError(err)
		}
	}
}

func recordError(err error) error {
	if err == nil {
		return errHeader("a record has another length than it says")
	}
	return unexpectedEOF(err)
}
