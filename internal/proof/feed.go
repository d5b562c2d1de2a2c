package proof

import (
	"context"
	"fmt"
)

// feed checks that the numbers of events begin with 1 and follow each other.
// They are given many at a time in one transaction, and one such follows
// another, so none is missing for an instant.
func (c *checker) feed(ctx context.Context) error {
	last, err := c.LastNumber(ctx)
	if err != nil {
		return err
	}
	if c.tally.Waiting, err = c.Waiting(ctx); err != nil {
		return err
	}
	before := int64(0)
	for more := true; more; {
		page, err := c.Numbers(ctx, before, batch)
		if err != nil {
			return err
		}
		for _, n := range page {
			if err := c.step(before, n); err != nil {
				return err
			}
			before = n.Number
		}
		more = len(page) == batch
	}
	if before < last {
		return c.tell(find(EventLast, fmt.Sprint(last), "", fmt.Sprintf("the highest is %d", before)))
	}
	return nil
}

func (c *checker) step(before int64, n Numbered) error {
	c.tally.Events += n.Count
	if n.Number != before+1 {
		if err := c.tell(find(EventGap, fmt.Sprint(before+1), "", fmt.Sprintf("%d comes after %d", n.Number, before))); err != nil {
			return err
		}
	}
	if n.Count > 1 {
		return c.tell(find(EventTwice, fmt.Sprint(n.Number), "", fmt.Sprintf("%d events bear it", n.Count)))
	}
	return nil
}
