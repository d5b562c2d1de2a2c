package wechat

// CustomMessage is what SendCustom takes: one of the Custom types.
type CustomMessage interface {
	// custom returns the msgtype, the object of that name, and what is wrong
	// with the message, if anything.
	custom() (kind string, content any, fault string)
}

// CustomText is a text. It may hold links, also into mini programs.
type CustomText string

// CustomImage is an uploaded picture.
type CustomImage struct {
	MediaID string `json:"media_id"`
}

// CustomVoice is an uploaded voice.
type CustomVoice struct {
	MediaID string `json:"media_id"`
}

// CustomVideo is an uploaded film.
type CustomVideo struct {
	MediaID      string `json:"media_id"`
	ThumbMediaID string `json:"thumb_media_id,omitempty"`
	Title        string `json:"title,omitempty"`
	Description  string `json:"description,omitempty"`
}

// CustomMusic is a piece of music.
type CustomMusic struct {
	Title        string `json:"title,omitempty"`
	Description  string `json:"description,omitempty"`
	URL          string `json:"musicurl"`
	HQURL        string `json:"hqmusicurl"`
	ThumbMediaID string `json:"thumb_media_id"`
}

// CustomLinkCard is a card that opens a page; the platform calls it news and
// takes exactly one.
type CustomLinkCard struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	URL         string `json:"url"`
	PicURL      string `json:"picurl"`
}

// CustomMPNews is one article of the material library, by its media id.
type CustomMPNews struct {
	MediaID string `json:"media_id"`
}

// CustomArticle is one published article.
type CustomArticle struct {
	ArticleID string `json:"article_id"`
}

// CustomMenu asks a question with tappable answers. The tap comes back as a
// Text with MenuItem set. Test accounts may not send it.
type CustomMenu struct {
	Head  string     `json:"head_content"`
	Items []MenuItem `json:"list"`
	Tail  string     `json:"tail_content"`
}

// MenuItem is one answer of a CustomMenu.
type MenuItem struct {
	ID      string `json:"id"`
	Content string `json:"content"`
}

// CustomCard is a coupon.
type CustomCard struct {
	CardID string `json:"card_id"`
}

// CustomMiniProgram is a card that opens a mini program linked with the
// account.
type CustomMiniProgram struct {
	Title        string `json:"title"`
	AppID        string `json:"appid"`
	PagePath     string `json:"pagepath"`
	ThumbMediaID string `json:"thumb_media_id"`
}

// CustomLink is a link card of a mini program's customer service.
type CustomLink struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	URL         string `json:"url"`
	ThumbURL    string `json:"thumb_url"`
}

// need says that a field is missing when it is.
func need(value, name string) string {
	if value == "" {
		return name + " is empty"
	}
	return ""
}

func (m CustomText) custom() (string, any, string) {
	return "text", map[string]string{"content": string(m)}, need(string(m), "text")
}

func (m CustomImage) custom() (string, any, string) { return "image", m, need(m.MediaID, "media id") }
func (m CustomVoice) custom() (string, any, string) { return "voice", m, need(m.MediaID, "media id") }
func (m CustomVideo) custom() (string, any, string) { return "video", m, need(m.MediaID, "media id") }
func (m CustomMusic) custom() (string, any, string) { return "music", m, need(m.URL, "music url") }

func (m CustomLinkCard) custom() (string, any, string) {
	return "news", map[string]any{"articles": []CustomLinkCard{m}}, need(m.URL, "url")
}

func (m CustomMPNews) custom() (string, any, string) { return "mpnews", m, need(m.MediaID, "media id") }

func (m CustomArticle) custom() (string, any, string) {
	return "mpnewsarticle", m, need(m.ArticleID, "article id")
}

func (m CustomMenu) custom() (string, any, string) {
	if len(m.Items) == 0 {
		return "msgmenu", m, "menu has no items"
	}
	return "msgmenu", m, ""
}

func (m CustomCard) custom() (string, any, string) { return "wxcard", m, need(m.CardID, "card id") }

func (m CustomMiniProgram) custom() (string, any, string) {
	return "miniprogrampage", m, need(m.AppID, "mini program app id")
}

func (m CustomLink) custom() (string, any, string) { return "link", m, need(m.URL, "url") }
