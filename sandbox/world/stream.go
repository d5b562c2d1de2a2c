package world

import "sync"

// streams wakes those who wait for news of a topic.
type streams struct {
	topics sync.Mutex
	subs   map[string]map[chan struct{}]struct{}
}

// Publish wakes everybody who is subscribed to topic. It never blocks:
// wake-ups that nobody has taken yet melt into one.
func (w *World) Publish(topic string) {
	w.topics.Lock()
	defer w.topics.Unlock()
	for ch := range w.subs[topic] {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}

// Subscribe returns a channel that receives a value after each Publish of
// topic. The caller must call cancel when done; the channel is never closed.
func (w *World) Subscribe(topic string) (ch <-chan struct{}, cancel func()) {
	own := make(chan struct{}, 1)
	w.topics.Lock()
	defer w.topics.Unlock()
	if w.subs == nil {
		w.subs = map[string]map[chan struct{}]struct{}{}
	}
	if w.subs[topic] == nil {
		w.subs[topic] = map[chan struct{}]struct{}{}
	}
	w.subs[topic][own] = struct{}{}
	return own, func() { w.unsubscribe(topic, own) }
}

func (w *World) unsubscribe(topic string, ch chan struct{}) {
	w.topics.Lock()
	defer w.topics.Unlock()
	delete(w.subs[topic], ch)
	if len(w.subs[topic]) == 0 {
		delete(w.subs, topic)
	}
}
