package wechat

import "context"

const (
	minMassList = 2
	maxMassList = 10_000
)

// MassJob is an accepted mass send.
type MassJob struct {
	// MsgID names the job in MassStatus, DeleteMass and the MassResult event.
	MsgID int64 `json:"msg_id"`
	// DataID names its articles in the statistics.
	DataID int64 `json:"msg_data_id"`
}

// MassOptions may be left empty.
type MassOptions struct {
	// ClientMsgID makes a repetition within 24 hours harmless: it is refused
	// with 45065 and the MassJob of the first. Without it an unknown outcome
	// must not be repeated.
	ClientMsgID string
	// SendReprints sends articles even if they turn out to be reprints.
	SendReprints bool
}

func (o MassOptions) wire(m MassMessage) (map[string]any, string) {
	kind, content, fault := m.mass()
	body := map[string]any{"msgtype": kind, kind: content}
	if o.ClientMsgID != "" {
		body["clientmsgid"] = o.ClientMsgID
	}
	if o.SendReprints {
		body["send_ignore_reprint"] = 1
	}
	return body, fault
}

type massReply struct {
	status
	MassJob
}

// MassSendAll sends to every follower. A service account's followers receive
// four mass messages a month each, and the rest fails for them silently; a
// subscription account has one call a day.
//
// It follows 根据标签进行群发 (/cgi-bin/message/mass/sendall).
func (c *Client) MassSendAll(ctx context.Context, m MassMessage, o MassOptions) (MassJob, error) {
	return c.massSend(ctx, "mass.sendall", "/cgi-bin/message/mass/sendall", m, o,
		"filter", map[string]any{"is_to_all": true})
}

// MassSendTag sends to the followers who carry a tag; see MassSendAll.
//
// It follows 根据标签进行群发 (/cgi-bin/message/mass/sendall).
func (c *Client) MassSendTag(ctx context.Context, tagID int, m MassMessage, o MassOptions) (MassJob, error) {
	return c.massSend(ctx, "mass.sendall", "/cgi-bin/message/mass/sendall", m, o,
		"filter", map[string]any{"is_to_all": false, "tag_id": tagID})
}

// MassSendList sends to 2 to 10,000 followers by openid. Only service accounts
// may; see MassSendAll.
//
// It follows 根据 OpenID 列表群发 (/cgi-bin/message/mass/send).
func (c *Client) MassSendList(ctx context.Context, openids []string, m MassMessage, o MassOptions) (MassJob, error) {
	const op = "mass.send"
	if len(openids) < minMassList || len(openids) > maxMassList {
		return MassJob{}, invalid(op, "a list has %d to %d openids", minMassList, maxMassList)
	}
	return c.massSend(ctx, op, "/cgi-bin/message/mass/send", m, o, "touser", openids)
}

// massSend returns the job also beside an error, since 45065 names the job
// that exists.
func (c *Client) massSend(ctx context.Context, op, path string, m MassMessage, o MassOptions, field string, to any) (MassJob, error) {
	if m == nil {
		return MassJob{}, invalid(op, "message is nil")
	}
	body, fault := o.wire(m)
	if fault != "" {
		return MassJob{}, invalid(op, "%s", fault)
	}
	body[field] = to
	var out massReply
	err := c.post(ctx, op, path, body, &out)
	return out.MassJob, err
}

// MassPreview shows a message to one follower, 100 times a day.
//
// It follows 预览接口 (/cgi-bin/message/mass/preview).
func (c *Client) MassPreview(ctx context.Context, openid string, m MassMessage) error {
	_, err := c.massSend(ctx, "mass.preview", "/cgi-bin/message/mass/preview", m, MassOptions{}, "touser", openid)
	return err
}

// The states of a mass job as MassStatus gives them. Others may come.
const (
	MassSucceeded = "SEND_SUCCESS"
	MassSending   = "SENDING"
	MassFailed    = "SEND_FAIL"
	MassDeleted   = "DELETE"
)

// MassStatus asks how far a job is.
//
// It follows 查询群发消息发送状态 (/cgi-bin/message/mass/get).
func (c *Client) MassStatus(ctx context.Context, msgID int64) (string, error) {
	var out struct {
		status
		State string `json:"msg_status"`
	}
	const op = "mass.get"
	if err := c.ask(ctx, op, "/cgi-bin/message/mass/get", map[string]int64{"msg_id": msgID}, &out); err != nil {
		return "", err
	}
	if out.State == "" {
		return "", unusable(op)
	}
	return out.State, nil
}

// DeleteMass takes a sent job's articles back; texts stay where they are.
// Article counts from 1, and 0 means all.
//
// It follows 删除群发 (/cgi-bin/message/mass/delete).
func (c *Client) DeleteMass(ctx context.Context, msgID int64, article int) error {
	in := map[string]int64{"msg_id": msgID, "article_idx": int64(article)}
	return c.set(ctx, "mass.delete", "/cgi-bin/message/mass/delete", in)
}

// MassSpeed is how fast the platform sends mass messages.
type MassSpeed struct {
	// Level is from 0, the fastest, to 4, the slowest.
	Level int `json:"speed"`
	// PerMinute is what that means now, in units of 10,000 people.
	PerMinute int `json:"realspeed"`
}

// slowest is the highest level of [MassSpeed].
const slowest = 4

// MassSpeed asks how fast mass messages are sent.
//
// It follows 获取群发速度 (/cgi-bin/message/mass/speed/get).
func (c *Client) MassSpeed(ctx context.Context) (MassSpeed, error) {
	var out struct {
		status
		MassSpeed
	}
	err := c.ask(ctx, "mass.speed", "/cgi-bin/message/mass/speed/get", struct{}{}, &out)
	return out.MassSpeed, err
}

// SetMassSpeed sets the level, from 0, the fastest, to 4.
//
// It follows 设置群发速度 (/cgi-bin/message/mass/speed/set).
func (c *Client) SetMassSpeed(ctx context.Context, level int) error {
	const op = "mass.setspeed"
	if level < 0 || level > slowest {
		return invalid(op, "a level is from 0 to %d", slowest)
	}
	return c.set(ctx, op, "/cgi-bin/message/mass/speed/set", map[string]int{"speed": level})
}
