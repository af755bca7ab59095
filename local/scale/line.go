package main

// maxBend is how many times what a straight line through the two figures before
// gives the last one may be. The line itself moves with the noise of a machine
// that has other work. Cost that grows with the square of the services is far
// above: nine times, and still five beside the engine's own second and a half;
// beside what is linear it shows when it is more than that at 300 services.
const maxBend = 2

// bend is how many times what it would be on the straight line through the two
// points before, a to b, the cost at c is: 1 where a further service always
// costs the same. A step from a to b that seems to save something counts as
// free, since only noise does that.
func bend(a, b, c point) float64 {
	further := max(0, (b.cost-a.cost)/(b.services-a.services))
	return c.cost / (b.cost + further*(c.services-b.services))
}

// point is what so many services cost, in any unit.
type point struct{ services, cost float64 }
