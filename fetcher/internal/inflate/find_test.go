package inflate

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFindBlock_everyBlock(t *testing.T) {
	literals, distances := make([]uint8, maxLitLen), make([]uint8, maxDist)
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 0))
		clear(literals)
		clear(distances)
		randomCode(r, literals, 2+r.IntN(maxLitLen-1), endOfBlock)
		randomCode(r, distances, 2+r.IntN(maxDist-1), 0)
		w := new(bitWriter).number(0, 8+r.IntN(200))
		begin := uint(w.n)
		w.plainDynamic(0, literals, distances)
		for at := uint(0); ; at++ {
			at = findBlock(w.bytes, at, uint(w.n))
			require.LessOrEqual(t, at, begin, "the block was not found")
			if at == begin {
				break
			}
		}
	}
}
