package proof

// SmallOrder is the table of refused points.
var SmallOrder = smallOrder
