package pay

// OrderSum is how many orders there are in a state and what they come to.
type OrderSum struct {
	Status OrderStatus
	Count  int64
	Amount Amount // fen
}
