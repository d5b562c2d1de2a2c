package app

import "github.com/paypush/paypush/internal/web"

// desk is what the console works with, straight from the store.
func (s *Server) desk() *web.Desk {
	return &web.Desk{Figures: s.db.Ledger(), Outcomes: s.db.Messages(), Roll: s.db.People(), Keys: s.db.Keys(), Links: s.db.SignInLinks(),
		History: s.db.Outbox(), Trail: s.db.Trail(), Webhooks: s.webhooks, Books: s.books, Campaigns: s.campaigns, Followers: s.followers}
}
