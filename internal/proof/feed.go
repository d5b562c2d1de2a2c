package proof

import (
	"context"
	"fmt"
)

// feed checks that the numbers of events follow each other, from 1 on or from
// where the archive ends.
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
	_, before, err := c.Archived(ctx)
	if err != nil {
		return err
	}
	for more := true; more; {
		page, err := c.Numbers(ctx, before, batch)
		if err != nil {
			return err
		}
		for _, n := range page {
			if before, err = c.step(ctx, before, n); err != nil {
				return err
			}
		}
		more = len(page) == batch
	}
	if before < last {
		return c.tell(find(EventLast, fmt.Sprint(last), "", fmt.Sprintf("the highest is %d", before)))
	}
	return nil
}

// step checks a number against the one before it, and tells up to where all
// is well or reported. What is missing may have been archived meanwhile.
func (c *checker) step(ctx context.Context, before int64, n Numbered) (int64, error) {
	c.tally.Events += n.Count
	if n.Number != before+1 {
		_, gone, err := c.Archived(ctx)
		if err != nil {
			return 0, err
		}
		before = max(before, gone)
	}
	if n.Number > before+1 {
		if err := c.tell(find(EventGap, fmt.Sprint(before+1), "", fmt.Sprintf("%d comes after %d", n.Number, before))); err != nil {
			return 0, err
		}
	}
	if n.Count > 1 {
		if err := c.tell(find(EventTwice, fmt.Sprint(n.Number), "", fmt.Sprintf("%d events bear it", n.Count))); err != nil {
			return 0, err
		}
	}
	return max(before, n.Number), nil
}
