// Package web is the pages for people: the demo shop, the hosted cashier, the
// page on which a payer comes back, sign-in, binding WeChat, and a member's
// own page. They are rendered on the server, in Chinese and English, and work
// without JavaScript; small scripts only keep them fresh.
//
// It is not for programs, which use the API, and not for what platforms post.
// It decides nothing about money or people: it asks the domains and shows what
// they say.
//
// The rule that surprises: nothing that a browser brings along settles an
// order or binds anybody by itself. A return address is only a hint to ask the
// platform, and a bind link works on a phone that was never signed in, so it
// names the account first and waits for a press of the button.
package web
