package crc

// field is the ring of polynomials over GF(2) modulo the algorithm's polynomial. The bits are reflected, as in the
// checksums: the highest bit is x⁰.
type field struct {
	bytes      int
	polynomial uint64
}

var fields = map[Algorithm]field{
	CRC32:     {bytes: 4, polynomial: 0xedb88320},
	CRC32C:    {bytes: 4, polynomial: 0x82f63b78},
	CRC64NVME: {bytes: 8, polynomial: 0x9a6c9329ac4bc9b5},
}

// Combine returns the checksum of two consecutive parts, from their checksums and the length of the second part in
// bytes. Appending n bytes multiplies a checksum by x to the power of 8n. The inversions at the start and the end
// cancel out.
func (a Algorithm) Combine(first, second uint64, length int64) uint64 {
	f, known := fields[a]
	if !known {
		return 0
	}
	return f.multiply(first, f.power(8*uint64(length))) ^ second
}

// one returns x⁰.
func (f field) one() uint64 { return 1 << (8*f.bytes - 1) }

// multiply returns the sum of b·xⁱ over every xⁱ in a.
func (f field) multiply(a, b uint64) uint64 {
	var product uint64
	for bit := f.one(); bit != 0; bit >>= 1 {
		if a&bit != 0 {
			product ^= b
		}
		b = f.shift(b)
	}
	return product
}

// shift returns b·x.
func (f field) shift(b uint64) uint64 {
	if b&1 != 0 {
		return b>>1 ^ f.polynomial
	}
	return b >> 1
}

// power returns xⁿ, by squaring.
func (f field) power(n uint64) uint64 {
	result, square := f.one(), f.shift(f.one())
	for ; n != 0; n >>= 1 {
		if n&1 != 0 {
			result = f.multiply(result, square)
		}
		square = f.multiply(square, square)
	}
	return result
}
