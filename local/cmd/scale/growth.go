package main

// maxGrowthRatio is the highest allowed growthRatio. A linear cost with a fixed part is below it, a quadratic cost is
// above. The ratio needs only two measurements: with a third one, the noise would be multiplied.
const maxGrowthRatio = 1

// growthRatio returns the growth factor of the cost from b to c, divided by that of the number of services.
func growthRatio(b, c point) float64 { return (c.cost / b.cost) / (c.services / b.services) }

// maxNonlinearity is the highest allowed nonlinearity. It is for costs with little noise and a large fixed part, where
// growthRatio does not see the growth.
const maxNonlinearity = 2

// nonlinearity returns the cost at c, divided by the cost there on the straight line through a and b. It is 1 for a
// linear cost. A falling line is noise and counts as constant.
func nonlinearity(a, b, c point) float64 {
	slope := max(0, (b.cost-a.cost)/(b.services-a.services))
	return c.cost / (b.cost + slope*(c.services-b.services))
}

// point is the cost, in any unit, of a number of services.
type point struct{ services, cost float64 }
