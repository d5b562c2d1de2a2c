package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

type triggerCommand struct {
	remoteFlags
	Type string `arg:"" help:"order.created, order.paid, order.closed, surplus.found, refund.succeeded, or a type of your own."`
	With string `help:"The data of an event of your own, a JSON object." name:"with"`
}

// Run makes one event happen and prints it.
func (c *triggerCommand) Run(ctx context.Context) error {
	if c.With != "" && !json.Valid([]byte(c.With)) {
		return usageError{errors.New("--with is not JSON")}
	}
	client, err := c.client()
	if err != nil {
		return err
	}
	e, err := client.Trigger(ctx, c.Type, json.RawMessage(c.With))
	if err != nil {
		return err
	}
	fmt.Println(e.Type, e.Object, e.ID)
	return nil
}
