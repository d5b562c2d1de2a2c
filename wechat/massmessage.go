package wechat

// MassMessage is what the mass methods take: one of the Mass types.
type MassMessage interface {
	// mass returns the msgtype, the object of that name, and what is wrong
	// with the message, if anything.
	mass() (kind string, content any, fault string)
}

// MassText is a text.
type MassText string

// MassArticles are articles of the material library, by their media id.
type MassArticles struct{ MediaID string }

// MassVoice is an uploaded voice.
type MassVoice struct{ MediaID string }

// MassImages are up to 20 uploaded pictures with an optional recommendation.
type MassImages struct {
	MediaIDs  []string
	Recommend string
}

// MassVideo is a film prepared for mass sending.
type MassVideo struct{ MediaID string }

// MassCard is a coupon.
type MassCard struct{ CardID string }

func media(id string) map[string]string { return map[string]string{"media_id": id} }

func (m MassText) mass() (string, any, string) {
	return "text", map[string]string{"content": string(m)}, need(string(m), "text")
}

func (m MassArticles) mass() (string, any, string) {
	return "mpnews", media(m.MediaID), need(m.MediaID, "media id")
}

func (m MassVoice) mass() (string, any, string) {
	return "voice", media(m.MediaID), need(m.MediaID, "media id")
}

func (m MassVideo) mass() (string, any, string) {
	return "mpvideo", media(m.MediaID), need(m.MediaID, "media id")
}

func (m MassCard) mass() (string, any, string) {
	return "wxcard", map[string]string{"card_id": m.CardID}, need(m.CardID, "card id")
}

// mass sends a single picture under the older name, which takes it too.
func (m MassImages) mass() (string, any, string) {
	switch {
	case len(m.MediaIDs) == 0:
		return "image", nil, "no picture"
	case len(m.MediaIDs) == 1 && m.Recommend == "":
		return "image", media(m.MediaIDs[0]), need(m.MediaIDs[0], "media id")
	}
	body := map[string]any{"media_ids": m.MediaIDs}
	if m.Recommend != "" {
		body["recommend"] = m.Recommend
	}
	return "images", body, ""
}
