package wechat

import (
	"context"
	"iter"
)

// OpenIDPage is one page of a list of people.
type OpenIDPage struct {
	// Total is how many there are on all pages, as of this page.
	Total   int64
	OpenIDs []string
	// Next is what to ask for next; empty when this was the last page.
	Next string
}

type openIDReply struct {
	status
	Total int64 `json:"total"`
	Count int64 `json:"count"`
	Data  struct {
		OpenIDs []string `json:"openid"`
	} `json:"data"`
	Next string `json:"next_openid"`
}

// page turns a reply into a page. The platform ends a list by an empty
// next_openid, by an empty page, or by pointing at the page just asked for.
func (r *openIDReply) page(asked string) OpenIDPage {
	p := OpenIDPage{Total: r.Total, OpenIDs: r.Data.OpenIDs, Next: r.Next}
	if len(p.OpenIDs) == 0 || p.Next == asked {
		p.Next = ""
	}
	return p
}

// pageFunc reads the page after an openid, the first one for an empty string.
type pageFunc func(ctx context.Context, after string) (OpenIDPage, error)

// walk yields every openid of a list, page after page, and ends with an error
// when a page cannot be read.
func walk(ctx context.Context, after string, read pageFunc) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		next := after
		for {
			p, err := read(ctx, next)
			if err != nil {
				yield("", err)
				return
			}
			for _, id := range p.OpenIDs {
				if !yield(id, nil) {
					return
				}
			}
			if p.Next == "" {
				return
			}
			next = p.Next
		}
	}
}
