package main

// maxGrowthRatio is how many times as fast as the services their cost may grow, from
// one figure to the next: what is linear never grows faster, whatever it costs
// before the first service, and a square does soon. It needs no third figure,
// whose noise would count for a multiple.
const maxGrowthRatio = 1

// growthRatio is how many times as fast as the services the cost grows from b to c.
func growthRatio(b, c point) float64 { return (c.cost / b.cost) / (c.services / b.services) }

// maxNonlinearity is how many times what a straight line through the two figures before
// gives the last one may be, of what costs much before the first service and
// is measured without noise.
const maxNonlinearity = 2

// nonlinearity is how many times what it would be on the straight line through the two
// points before, a to b, the cost at c is: 1 where a further service always
// costs the same. A step from a to b that seems to save something counts as
// free, since only noise does that.
func nonlinearity(a, b, c point) float64 {
	further := max(0, (b.cost-a.cost)/(b.services-a.services))
	return c.cost / (b.cost + further*(c.services-b.services))
}

// point is what so many services cost, in any unit.
type point struct{ services, cost float64 }
