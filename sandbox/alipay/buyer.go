package alipay

import (
	"fmt"
	"strings"
)

// buyer is one person with an account at the emulated platform.
type buyer struct {
	ID      string `json:"buyer_id"`
	Name    string `json:"name"`
	LogonID string `json:"logon_id"`
}

// makeBuyers invents the people who can pay. Their ids follow from the
// merchant's, so that they stay the same over restarts.
func makeBuyers(sellerID string) []buyer {
	names := []string{"张三 Zhang San", "李四 Li Si", "王五 Wang Wu"}
	made := make([]buyer, len(names))
	for i, name := range names {
		made[i] = buyer{
			ID:      fmt.Sprintf("2088%s%02d", sellerID[6:], i+1),
			Name:    name,
			LogonID: fmt.Sprintf("buyer%d@sandbox.example", i+1),
		}
	}
	return made
}

// masked hides most of the logon id, as the platform does towards merchants.
func (b buyer) masked() string {
	name, host, _ := strings.Cut(b.LogonID, "@")
	return name[:min(3, len(name))] + "***@" + host
}

// buyer finds a buyer by id; the first one stands in for an unknown id.
func (a *account) buyer(id string) buyer {
	for _, b := range a.buyers {
		if b.ID == id {
			return b
		}
	}
	return a.buyers[0]
}

func (a *account) knows(id string) bool { return a.buyer(id).ID == id }
