package inflate

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
)

// Errors of the format around the compressed data.
var (
	// ErrHeader is the error of data that are not a gzip file.
	ErrHeader = errors.New("inflate: invalid gzip header")
	// ErrChecksum is the error of data that differ from their checksum or length.
	ErrChecksum = errors.New("inflate: invalid gzip checksum")
	// ErrTrailingData is the error of other data than zeros after the last member.
	ErrTrailingData = errors.New("unexpected data after the compressed data")
)

// Flags and sizes of https://datatracker.ietf.org/doc/html/rfc1952#section-2.3.
const (
	flagHeaderCRC = 1 << 1
	flagExtra     = 1 << 2
	flagName      = 1 << 3
	flagComment   = 1 << 4

	headerSize    = 10
	methodDeflate = 8
)

// memberHeader reads a header. The error is io.EOF only if there is nothing to read.
func (d *decoder) memberHeader() error {
	var header [headerSize]byte
	if err := d.read(header[:1]); err != nil {
		return d.srcErr
	}
	if err := d.read(header[1:]); err != nil {
		return err
	}
	if header[0] != 0x1f || header[1] != 0x8b || header[2] != methodDeflate {
		return ErrHeader
	}
	crc := crc32.ChecksumIEEE(header[:])
	flags := header[3]
	if flags&flagExtra != 0 {
		if err := d.read(header[:2]); err != nil {
			return err
		}
		crc = crc32.Update(crc, crc32.IEEETable, header[:2])
		for rest := binary.LittleEndian.Uint16(header[:]); rest > 0; rest-- {
			if err := d.read(header[:1]); err != nil {
				return err
			}
			crc = crc32.Update(crc, crc32.IEEETable, header[:1])
		}
	}
	for _, flag := range []byte{flagName, flagComment} {
		for terminated := flags&flag == 0; !terminated; terminated = header[0] == 0 {
			if err := d.read(header[:1]); err != nil {
				return err
			}
			crc = crc32.Update(crc, crc32.IEEETable, header[:1])
		}
	}
	if flags&flagHeaderCRC != 0 {
		if err := d.read(header[:2]); err != nil {
			return err
		}
		if binary.LittleEndian.Uint16(header[:]) != uint16(crc) {
			return ErrHeader
		}
	}
	d.start()
	return nil
}

// trailer reads the checksum and the length modulo 1<<32 of a member's data.
func (d *decoder) trailer() (crc, size uint32, err error) {
	var trailer [8]byte
	if err := d.read(trailer[:]); err != nil {
		return 0, 0, err
	}
	return binary.LittleEndian.Uint32(trailer[:]), binary.LittleEndian.Uint32(trailer[4:]), nil
}

// nextMember reads the header of a further member. It returns io.EOF after the last one, which zeros may follow: tools
// pad what they write to a pipe or a tape. gzip ignores them, too.
func (d *decoder) nextMember() error {
	if d.pos == d.end && !d.fill() {
		return d.srcErr
	}
	if d.in[d.pos] == 0 {
		return d.skipZeros()
	}
	if d.in[d.pos] != 0x1f {
		return ErrTrailingData
	}
	if d.end-d.pos < 2 {
		d.fill()
	}
	if d.end-d.pos >= 2 && d.in[d.pos+1] != 0x8b {
		return ErrTrailingData
	}
	return d.memberHeader()
}

func (d *decoder) skipZeros() error {
	for {
		for ; d.pos < d.end; d.pos++ {
			if d.in[d.pos] != 0 {
				return ErrTrailingData
			}
		}
		if !d.fill() {
			return d.srcErr
		}
	}
}

// read reads whole bytes.
func (d *decoder) read(p []byte) error {
	for len(p) > 0 {
		if d.pos == d.end && !d.fill() {
			return d.endError()
		}
		n := copy(p, d.in[d.pos:d.end])
		d.pos += uint(n)
		p = p[n:]
	}
	return nil
}
