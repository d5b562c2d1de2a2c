package webhook

import (
	"context"
	"time"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/fault"
)

// Enqueue makes one delivery for each event and each endpoint that wants it,
// in one transaction. However often an event is handed in, there is one
// delivery of it to an endpoint. A disabled endpoint's is kept as skipped, so
// that it can be replayed. While this process sends, what it has room for is
// leased to it from the start and sent without being looked up.
func (s *Service) Enqueue(ctx context.Context, events []event.Event) error {
	endpoints, err := s.store.Endpoints(ctx)
	if err != nil || len(endpoints) == 0 {
		return fault.Wrap("webhook.Enqueue", err)
	}
	began := time.Now()
	parcels, err := s.fanOut(events, endpoints)
	if err != nil || len(parcels) == 0 {
		return fault.Wrap("webhook.Enqueue", err)
	}
	for i := range parcels {
		s.hold(&parcels[i], share(len(endpoints)))
	}
	added, err := s.insert(ctx, parcels, began.Add(leaseFor))
	late := false
	for _, p := range parcels {
		s.send(p, added, began)
		late = late || p.held < len(p.all)
	}
	if late {
		s.stir()
	}
	return fault.Wrap("webhook.Enqueue", err)
}

// parcel is what is new for one endpoint.
type parcel struct {
	to      Endpoint
	all     []Delivery
	held    int // the first of them, which are leased to this node
	pump    *pump
	secrets []string
}

func (s *Service) fanOut(events []event.Event, endpoints []Endpoint) (parcels []parcel, err error) {
	bodies, now := make([][]byte, len(events)), s.now()
	for _, to := range endpoints {
		p := parcel{to: to}
		for i, e := range events {
			if !to.Wants(e.Type) {
				continue
			}
			if bodies[i] == nil {
				if bodies[i], err = Body(e); err != nil {
					return nil, err
				}
			}
			p.all = append(p.all, s.newDelivery(e, bodies[i], to, now))
		}
		if len(p.all) > 0 {
			parcels = append(parcels, p)
		}
	}
	return parcels, nil
}

// hold makes room for what an endpoint is to get from here at once. Where its
// secrets don't open, who looks for what is due will say so.
func (s *Service) hold(p *parcel, share int) {
	p.pump = s.pump.Load()
	if p.pump == nil || !p.to.Enabled {
		return
	}
	secrets, err := s.openSecrets(p.to)
	if err != nil {
		return
	}
	p.secrets = signing(secrets, s.now())
	p.held = p.pump.hold(p.to.ID, len(p.all), share)
}

// insert writes all deliveries and tells which are new.
func (s *Service) insert(ctx context.Context, parcels []parcel, until time.Time) (added map[string]bool, err error) {
	var held, rest []Delivery
	for _, p := range parcels {
		held, rest = append(held, p.all[:p.held]...), append(rest, p.all[p.held:]...)
	}
	err = s.store.Update(ctx, func(tx Tx) error {
		if added, err = tx.InsertDeliveries(ctx, held, until); err == nil {
			_, err = tx.InsertDeliveries(ctx, rest, time.Time{})
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return added, nil
}

// send hands on what was leased as it was made, and gives back the room of
// what another had made before.
func (s *Service) send(p parcel, added map[string]bool, began time.Time) {
	if p.held == 0 {
		return
	}
	var fresh []Delivery
	for _, d := range p.all[:p.held] {
		if added[d.ID] {
			fresh = append(fresh, d)
		}
	}
	p.pump.put(p.to.ID, tasks(fresh, p.to, p.secrets, began))
	p.pump.drop(p.to.ID, p.held-len(fresh))
}
