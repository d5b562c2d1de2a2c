package web

// boardLink is one entry of the console's navigation.
type boardLink struct{ Key, Link string }

// boardGroup is a part of the console's navigation, of pages about one thing.
type boardGroup struct {
	Key   string
	Pages []boardLink
	Here  bool // holds the current page
}

// Link is where the group's name leads: its first page.
func (g boardGroup) Link() string { return g.Pages[0].Link }

// Boards lists the pages of the console that a person may open, by what they
// are about.
func (b Base) Boards() (all []boardGroup) {
	add := func(open bool, group string, keys ...string) {
		if !open {
			return
		}
		if len(all) == 0 || all[len(all)-1].Key != group {
			all = append(all, boardGroup{Key: group})
		}
		g := &all[len(all)-1]
		for _, k := range keys {
			link := "/admin/" + k
			if k == "home" {
				link = "/admin"
			}
			g.Pages, g.Here = append(g.Pages, boardLink{k, link}), g.Here || k == b.Board
		}
	}
	admin := b.Who.Administers()
	add(true, "overview", "home")
	add(true, "money", "orders", "surpluses", "refunds", "reconciliations", "notices", "forged")
	add(b.CanTell, "push", "campaigns")
	add(true, "push", "messages", "rules", "templates")
	add(true, "people", "people", "bindings")
	add(b.CanFollow, "people", "followers")
	add(true, "system", "webhooks")
	add(admin, "system", "keys", "trail")
	return all
}
