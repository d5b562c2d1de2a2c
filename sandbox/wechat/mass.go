package wechat

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// What mass sending allows.
const (
	massPerMonth  = 4 // for each receiver of a service account
	massListLeast = 2
	massListMost  = 10_000
	massRemember  = 24 * time.Hour
	maxMassText   = 600 // characters
	firstJob      = 1_000_000_000
)

// massJob is one mass send, with its counts.
type massJob struct {
	ID       int64   `json:"id"`
	At       int64   `json:"at"` // Unix seconds
	Status   string  `json:"status"`
	Total    int     `json:"total"`
	Filtered int     `json:"filtered"`
	Sent     int     `json:"sent"`
	Failed   int     `json:"failed"`
	Client   string  `json:"client,omitempty"`
	Content  message `json:"content"`
	First    int64   `json:"first"`   // the number of the first entry on a phone
	Reached  []byte  `json:"reached"` // one bit for each person
}

func massEndpoints() []endpoint {
	return []endpoint{
		{path: "/cgi-bin/message/mass/sendall", verb: byPost, do: (*Platform).massAll},
		{path: "/cgi-bin/message/mass/send", verb: byPost, do: (*Platform).massList},
		{path: "/cgi-bin/message/mass/preview", verb: byPost, do: (*Platform).massPreview},
		{path: "/cgi-bin/message/mass/get", verb: byPost, do: (*Platform).massGet},
		{path: "/cgi-bin/message/mass/delete", verb: byPost, do: (*Platform).massDelete},
		{path: "/cgi-bin/message/mass/speed/get", verb: byEither, do: (*Platform).massSpeed},
		{path: "/cgi-bin/message/mass/speed/set", verb: byPost, do: (*Platform).setMassSpeed},
	}
}

// massOrder is what the calls about mass sending take.
type massOrder struct {
	Filter struct {
		All bool `json:"is_to_all"`
		Tag int  `json:"tag_id"`
	} `json:"filter"`
	ToUser  json.RawMessage `json:"touser"`
	MsgType string          `json:"msgtype"`
	Client  string          `json:"clientmsgid"`
	Text    struct {
		Content string `json:"content"`
	} `json:"text"`
	News   massMedia  `json:"mpnews"`
	Voice  massMedia  `json:"voice"`
	Video  massMedia  `json:"mpvideo"`
	Image  massMedia  `json:"image"`
	Images massImages `json:"images"`
	Card   struct {
		ID string `json:"card_id"`
	} `json:"wxcard"`
	MsgID json.Number `json:"msg_id"`
}

type massMedia struct {
	ID string `json:"media_id"`
}

type massImages struct {
	IDs []string `json:"media_ids"`
}

func (c *call) massOrder() (in massOrder, err error) { return in, c.decode(&in) }

// content checks what is to be sent. Pictures come under image or images.
func (p *Platform) massContent(in massOrder) (message, error) {
	m := message{Via: viaMass, MsgType: in.MsgType}
	id := ""
	switch in.MsgType {
	case "text":
		switch {
		case in.Text.Content == "":
			return m, fail(44004)
		case utf8.RuneCountInString(in.Text.Content) > maxMassText:
			return m, fail(45002)
		}
		m.Text = in.Text.Content
		return m, nil
	case "image":
		id = in.Image.ID
		if len(in.Images.IDs) > 0 {
			id = in.Images.IDs[0]
		}
	case "voice":
		id = in.Voice.ID
	case "mpnews":
		id = in.News.ID
	case "mpvideo":
		id = in.Video.ID
	case "wxcard":
		m.Text = in.Card.ID
		return m, nil
	default:
		return m, fail(40008)
	}
	if p.findMedia(id) == nil {
		return m, fail(40007)
	}
	m.Text = id
	return m, nil
}

type massReply struct {
	done
	MsgID  int64 `json:"msg_id"`
	DataID int64 `json:"msg_data_id"`
}

// massAll is POST /cgi-bin/message/mass/sendall: to all or to one tag.
func (p *Platform) massAll(c *call) (any, error) {
	in, err := c.massOrder()
	if err != nil {
		return nil, err
	}
	if !in.Filter.All && p.tagIndex(in.Filter.Tag) < 0 {
		return nil, fail(40152)
	}
	return p.mass(c, in, func(yield func(uint32) bool) {
		for n := range p.people.all {
			if (in.Filter.All || p.people.all[n].tagged(in.Filter.Tag)) && p.people.all[n].follows && !yield(uint32(n)) {
				return
			}
		}
	})
}

// massList is POST /cgi-bin/message/mass/send: to a list of openids, by service
// accounts only.
func (p *Platform) massList(c *call) (any, error) {
	in, err := c.massOrder()
	if err != nil {
		return nil, err
	}
	var list []string
	if json.Unmarshal(in.ToUser, &list) != nil {
		return nil, fail(40031)
	}
	switch {
	case p.account.Settings.Kind == kindSubscription:
		return nil, fail(48001)
	case len(list) < massListLeast || len(list) > massListMost:
		return nil, fail(40032)
	}
	var numbers []uint32
	for _, openid := range list {
		n, known := p.find(openid)
		if !known {
			return nil, fail(40003)
		}
		numbers = append(numbers, n)
	}
	return p.mass(c, in, slices.Values(numbers))
}

// mass submits one job: it is refused when its clientmsgid is known, and told
// to the account when it is done.
func (p *Platform) mass(c *call, in massOrder, to func(func(uint32) bool)) (any, error) {
	m, err := p.massContent(in)
	if err != nil {
		return nil, err
	}
	if refusal := p.massSeen(in.Client, c.now); refusal != nil {
		return refusal, nil
	}
	if len(in.Client) > 64 {
		return nil, fail(45067)
	}
	if !p.massMay(c.now) {
		return nil, fail(45028)
	}
	p.chats.last++
	job := &massJob{ID: firstJob + p.chats.last, At: c.now.Unix(), Status: "SEND_SUCCESS", Client: in.Client, Content: m, First: p.chats.last + 1}
	job.Content.At, job.Content.MsgID = c.now.Truncate(time.Millisecond), job.ID
	p.runMass(job, to, c.now)
	p.world.Publish("wechat")
	p.jobs = append(p.jobs, job)
	p.put("mass", strconv.FormatInt(job.ID, 10), job)
	p.push(0, job.finished())
	return massReply{done{0, "send job submission success"}, job.ID, job.ID + 1}, nil
}

// massMay holds subscription accounts to one call a day.
func (p *Platform) massMay(now time.Time) bool {
	if p.account.Settings.Kind != kindSubscription {
		return true
	}
	return !slices.ContainsFunc(p.jobs, func(j *massJob) bool { return sameDay(j.At, now.Unix()) })
}

// massSeen answers the refusal of a clientmsgid that was used within a day.
func (p *Platform) massSeen(client string, now time.Time) any {
	if client == "" {
		return nil
	}
	for _, j := range p.jobs {
		if j.Client != client || now.Unix() >= j.At+int64(massRemember.Seconds()) {
			continue
		}
		code := 45065
		if now.Unix() < j.At+60 {
			code = 45066
		}
		return massReply{done{code, codeText(code) + " rid: " + requestID(now)}, j.ID, j.ID + 1}
	}
	return nil
}

// runMass delivers to everybody who may still get one this month. The job as a
// whole is journaled, not its single deliveries.
func (p *Platform) runMass(job *massJob, to func(func(uint32) bool), now time.Time) {
	if !sameMonth(p.massMonth, now.Unix()) {
		p.massMonth, p.massCounts = now.Unix(), map[uint32]uint8{}
	}
	reached := make([]byte, len(p.people.all)/8+1)
	to(func(n uint32) bool {
		job.Total++
		who := &p.people.all[n]
		if !who.follows || who.blocks || who.more != nil && who.more.Black || p.massCounts[n] >= massPerMonth {
			job.Failed++
			return true
		}
		job.Sent++
		reached[n/8] |= 1 << (n % 8)
		return true
	})
	job.Filtered, job.Reached = job.Sent+job.Failed, reached
	p.reach(job)
}

// reach puts the job's message on the phones that it reached.
func (p *Platform) reach(job *massJob) {
	mark := markOf(viaMass, job.Content.MsgType, job.Content.Text)
	m, this := job.Content, sameMonth(p.massMonth, job.At)
	m.ID = job.First
	for n := range uint32(len(job.Reached) * 8) {
		if job.Reached[n/8]&(1<<(n%8)) == 0 {
			continue
		}
		p.chats.count(&p.people.all[n], mark)
		p.chats.keep(n, &p.people.all[n], m)
		if this {
			p.massCounts[n]++
		}
		p.chats.last = max(p.chats.last, m.ID)
		m.ID++
	}
}

// finished is how the end of the job is told.
func (j *massJob) finished() []field {
	n := strconv.Itoa
	return eventFields("MASSSENDJOBFINISH", field{"MsgID", strconv.FormatInt(j.ID, 10)}, field{"Status", "send success"},
		field{"TotalCount", n(j.Total)}, field{"FilterCount", n(j.Filtered)}, field{"SentCount", n(j.Sent)}, field{"ErrorCount", n(j.Failed)})
}
