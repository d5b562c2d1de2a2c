package wechat

import (
	"context"
	"iter"
	"slices"
)

const (
	maxTagName  = 30 // bytes
	maxTagBatch = 50
)

// Tag is a group of followers. An account has at most 100, a follower 20. Ids
// 0, 1 and 2 are the platform's own.
type Tag struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
	// Count is how many carry it; only Tags tells.
	Count int64 `json:"count,omitempty"`
}

type tagRequest struct {
	Tag struct {
		ID   int    `json:"id,omitempty"`
		Name string `json:"name,omitempty"`
	} `json:"tag"`
}

func newTagRequest(id int, name string) (in tagRequest) {
	in.Tag.ID, in.Tag.Name = id, name
	return in
}

// CreateTag makes a tag with a name of at most 30 bytes. An unknown outcome
// shows in Tags; a second try is refused with 45157.
//
// It follows 创建标签 (/cgi-bin/tags/create).
func (c *Client) CreateTag(ctx context.Context, name string) (Tag, error) {
	const op = "tags.create"
	if name == "" || len(name) > maxTagName {
		return Tag{}, invalid(op, "a name has 1 to %d bytes", maxTagName)
	}
	var out struct {
		status
		Tag Tag `json:"tag"`
	}
	cl := call{op: op, path: "/cgi-bin/tags/create"}
	if err := c.postCall(ctx, cl, newTagRequest(0, name), &out); err != nil {
		return Tag{}, err
	}
	if out.Tag.ID == 0 {
		return Tag{}, c.lost(cl, "", errReply)
	}
	return out.Tag, nil
}

// Tags lists the account's tags with their counts.
//
// It follows 获取公众号已创建的标签 (/cgi-bin/tags/get).
func (c *Client) Tags(ctx context.Context) ([]Tag, error) {
	var out struct {
		status
		Tags []Tag `json:"tags"`
	}
	err := c.get(ctx, "tags.get", "/cgi-bin/tags/get", nil, &out)
	return out.Tags, err
}

// RenameTag gives a tag another name of at most 30 bytes.
//
// It follows 编辑标签 (/cgi-bin/tags/update).
func (c *Client) RenameTag(ctx context.Context, id int, name string) error {
	const op = "tags.update"
	if name == "" || len(name) > maxTagName {
		return invalid(op, "a name has 1 to %d bytes", maxTagName)
	}
	return c.set(ctx, op, "/cgi-bin/tags/update", newTagRequest(id, name))
}

// DeleteTag removes a tag; one with more than 100,000 followers is refused
// (45057).
//
// It follows 删除标签 (/cgi-bin/tags/delete).
func (c *Client) DeleteTag(ctx context.Context, id int) error {
	return c.set(ctx, "tags.delete", "/cgi-bin/tags/delete", newTagRequest(id, ""))
}

// TagMembers yields the openid of everybody who carries a tag, beginning after
// the one given. It ends after the first error.
//
// It follows 获取标签下粉丝列表 (/cgi-bin/user/tag/get).
func (c *Client) TagMembers(ctx context.Context, id int, after string) iter.Seq2[string, error] {
	return walk(ctx, after, func(ctx context.Context, after string) (OpenIDPage, error) {
		var out openIDReply
		in := struct {
			ID    int    `json:"tagid"`
			After string `json:"next_openid"`
		}{id, after}
		err := c.ask(ctx, "user.tag.get", "/cgi-bin/user/tag/get", in, &out)
		return out.page(after), err
	})
}

// TagFollowers puts a tag on followers, fifty per call. It may be repeated as
// a whole after an error.
//
// It follows 批量为用户打标签 (/cgi-bin/tags/members/batchtagging).
func (c *Client) TagFollowers(ctx context.Context, id int, openids []string) error {
	return c.tagging(ctx, "tags.tagging", "/cgi-bin/tags/members/batchtagging", id, openids)
}

// UntagFollowers takes a tag off followers, fifty per call. It may be repeated
// as a whole after an error.
//
// It follows 批量为用户取消标签 (/cgi-bin/tags/members/batchuntagging).
func (c *Client) UntagFollowers(ctx context.Context, id int, openids []string) error {
	return c.tagging(ctx, "tags.untagging", "/cgi-bin/tags/members/batchuntagging", id, openids)
}

func (c *Client) tagging(ctx context.Context, op, path string, id int, openids []string) error {
	for chunk := range slices.Chunk(openids, maxTagBatch) {
		in := struct {
			OpenIDs []string `json:"openid_list"`
			ID      int      `json:"tagid"`
		}{chunk, id}
		if err := c.set(ctx, op, path, in); err != nil {
			return err
		}
	}
	return nil
}

// TagsOf lists the ids of the tags a follower carries.
//
// It follows 获取用户身上的标签列表 (/cgi-bin/tags/getidlist).
func (c *Client) TagsOf(ctx context.Context, openid string) ([]int, error) {
	var out struct {
		status
		IDs []int `json:"tagid_list"`
	}
	err := c.ask(ctx, "tags.of", "/cgi-bin/tags/getidlist", map[string]string{"openid": openid}, &out)
	return out.IDs, err
}
