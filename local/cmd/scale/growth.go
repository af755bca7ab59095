package main

// maxGrowthRatio is the highest growthRatio. A linear cost with a fixed part stays below it and a quadratic one does
// not. The ratio is of two measurements only: the noise of a third one would be multiplied.
const maxGrowthRatio = 1

// growthRatio returns the growth factor of the cost from b to c, divided by that of the number of services.
func growthRatio(b, c point) float64 { return (c.cost / b.cost) / (c.services / b.services) }

// maxNonlinearity is the highest nonlinearity. It is for costs with a large fixed part, which hides growth from
// growthRatio, and with little noise.
const maxNonlinearity = 2

// nonlinearity returns the cost at c, divided by the cost there on the straight line through a and b. It is 1 for a
// linear cost. A falling line is noise and is taken as a constant.
func nonlinearity(a, b, c point) float64 {
	further := max(0, (b.cost-a.cost)/(b.services-a.services))
	return c.cost / (b.cost + further*(c.services-b.services))
}

// point is the cost, in any unit, of a number of services.
type point struct{ services, cost float64 }
