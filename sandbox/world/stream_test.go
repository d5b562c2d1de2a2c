package world

import "testing"

func TestPublishWakesTheSubscribersOfATopic(t *testing.T) {
	w := open(t, Options{})
	one, leave := w.Subscribe("trades")
	two, leaveTwo := w.Subscribe("trades")
	other, leaveOther := w.Subscribe("phones")
	defer leaveTwo()
	defer leaveOther()
	w.Publish("trades")
	w.Publish("trades")
	<-one
	<-two
	select {
	case <-one:
		t.Error("two publishings did not melt into one")
	case <-other:
		t.Error("another topic was woken")
	default:
	}
	leave()
	w.Publish("trades")
	<-two
	select {
	case <-one:
		t.Error("woken after leaving")
	default:
	}
}
