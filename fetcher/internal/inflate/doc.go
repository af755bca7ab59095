// Package inflate decompresses gzip files (RFC 1952) faster than other decoders in pure Go, without package unsafe.
//
// The decoder follows libdeflate (https://github.com/ebiggers/libdeflate, lib/decompress_template.h): it refills a
// 64-bit buffer without a branch, decodes most symbols with one lookup in a table of 2048 entries, and copies matches
// in words. An entry of the table may hold two literals. Input, tables and output are arrays of a constant size, so
// that the compiler removes bounds checks or can predict them.
//
// Unlike libdeflate it decodes streams of any length in constant memory. The output is written to windows of 128 KiB,
// each of which begins with the last 32 KiB of the one before. From the second window on they are filled in a
// goroutine, if there is more than one processor, while the caller of Read consumes and checks the one before.
//
// From four processors on, one stream at a time is decoded by several cores, in the way of rapidgzip
// (https://arxiv.org/abs/2308.08955). The input is divided into chunks of 512 KiB. A core looks for the first block in
// its chunk, and decodes from there on to symbols of 16 bits: bytes, and markers for bytes of the 32 KiB before, which
// it does not know. Where the last 32 KiB are bytes it goes on with bytes. Meanwhile the stream is decoded in order. It
// takes over what was decoded ahead only where that begins exactly at a block of the stream, and replaces the markers.
// So the output and the errors are those of one core. The work in vain is bounded: the search in a chunk, and the
// number of chunks that are searched where none is found.
package inflate
