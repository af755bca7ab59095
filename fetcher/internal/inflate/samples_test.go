package inflate

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
)

type sample struct {
	name    string
	content []byte
}

// samples returns files of the given size as model archives and data sets contain them. They are the same in each run.
func samples(size int) []sample {
	return []sample{
		{"weights", weights(size)},
		{"text", text(size)},
		{"logs", logs(size)},
		{"csv", csv(size)},
		{"binary", binaryRecords(size)},
		{"random", random(size)},
		{"zeros", make([]byte, size)},
	}
}

func source(seed byte) *rand.ChaCha8 { return rand.NewChaCha8([32]byte{seed}) }

func random(size int) []byte {
	content := make([]byte, size)
	_, _ = source(1).Read(content) // never fails
	return content
}

// weights are like those of make bench: floats whose lower bits are noise.
func weights(size int) []byte {
	content := random(size)
	for i := 3; i < size; i += 4 {
		content[i] = 0x3c | content[i]&0x83
	}
	return content
}

// text is of words whose frequencies follow Zipf's law.
func text(size int) []byte {
	r := rand.New(source(2))
	words := make([]string, 20000)
	for i := range words {
		var word strings.Builder
		for range 2 + r.IntN(4) + r.IntN(5) {
			letter := int(math.Abs(r.NormFloat64()) * 6)
			word.WriteByte("etaoinshrdlucmfwypvbgkjqxz"[min(letter, 25)])
		}
		words[i] = word.String()
	}
	zipf := rand.NewZipf(r, 1.1, 4, uint64(len(words)-1))
	content := make([]byte, 0, size+20)
	for len(content) < size {
		content = append(content, words[zipf.Uint64()]...)
		content = append(content, " "...)
		if r.IntN(12) == 0 {
			content = append(content[:len(content)-1], ".\n"...)
		}
	}
	return content[:size]
}

func logs(size int) []byte {
	r := rand.New(source(3))
	var content bytes.Buffer
	for second := 0; content.Len() < size; second += r.IntN(3) {
		fmt.Fprintf(&content, "2026-11-%02dT%02d:%02d:%02dZ INFO request path=/predict status=200 ",
			1+second/86400%28, second/3600%24, second/60%60, second%60)
		fmt.Fprintf(&content, "duration_ms=%d client=10.0.%d.%d id=%08x\n", r.IntN(90), r.IntN(4), r.IntN(256), r.Uint32())
	}
	return content.Bytes()[:size]
}

func csv(size int) []byte {
	r := rand.New(source(4))
	var content bytes.Buffer
	for row := 0; content.Len() < size; row++ {
		fmt.Fprintf(&content, "%d,%s,%d,%.2f,%d,%d\n", 15600000+row, []string{"France", "Spain", "Germany"}[r.IntN(3)],
			350+r.IntN(500), r.Float64()*250000, r.IntN(2), 1+r.IntN(4))
	}
	return content.Bytes()[:size]
}

// binaryRecords is like the nodes of a forest: small integers and floats.
func binaryRecords(size int) []byte {
	r := rand.New(source(5))
	content := make([]byte, 0, size+64)
	for node := uint32(0); len(content) < size; node++ {
		for _, value := range []uint32{
			node + 1, node + r.Uint32N(500), r.Uint32N(12), 0, math.Float32bits(r.Float32()), 0xfffffffe, 0, 100 + r.Uint32N(900),
		} {
			content = binary.LittleEndian.AppendUint32(content, value)
		}
	}
	return content[:size]
}
