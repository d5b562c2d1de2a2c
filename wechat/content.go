package wechat

// Content is the typed body of a Message, one of the types of this package
// that say so.
type Content interface{ content() }

// Text is a Content: somebody wrote.
type Text struct {
	Content string
	// MenuItem is the id of the tapped item when the text answers a message
	// menu. Such a tap opens the short window of a menu tap only.
	MenuItem string
}

// Image is a Content: somebody sent a picture. The media id is good for three
// days.
type Image struct{ URL, MediaID string }

// Voice is a Content: somebody spoke. Recognition is the text the platform
// heard, empty on most accounts.
type Voice struct{ MediaID, Format, Recognition string }

// Video is a Content: somebody sent a film.
type Video struct {
	MediaID, ThumbMediaID string
	Short                 bool
}

// Location is a Content: somebody sent a place, in degrees.
type Location struct {
	Latitude, Longitude float64
	Scale               int
	Label               string
}

// Link is a Content: somebody sent a link.
type Link struct{ Title, Description, URL string }

// Subscribe is a Content: somebody followed. Scene and Ticket are those of the
// parametric QR code they scanned, empty when they came another way.
type Subscribe struct{ Scene, Ticket string }

// Unsubscribe is a Content: somebody left. The platform obliges the account to
// delete what it holds about them.
type Unsubscribe struct{}

// Scan is a Content: a follower scanned a parametric QR code.
type Scan struct{ Scene, Ticket string }

// Position is a Content: where a follower is, in degrees and metres.
type Position struct{ Latitude, Longitude, Precision float64 }

// MenuClick is a Content: a menu button of kind click was tapped.
type MenuClick struct{ Key string }

// MenuView is a Content: a menu button opened a page.
type MenuView struct{ URL, MenuID string }

// MenuScan is a Content: a code was scanned through a menu button. Waits says
// that the phone shows a waiting sign until an answer comes.
type MenuScan struct {
	Key, Kind, Result string
	Waits             bool
}

// TemplateResult is a Content: what became of a template message.
type TemplateResult struct {
	// MsgID is what SendTemplate returned.
	MsgID  int64
	Status string
}

// Delivered reports that the message reached the phone.
func (t TemplateResult) Delivered() bool { return t.Status == "success" }

// Blocked reports that the receiver refuses messages of this account.
func (t TemplateResult) Blocked() bool { return t.Status == "failed:user block" }

// MassResult is a Content: a mass job is nearly done; counts may be off.
// Filtered is how many were left after the platform's own filters.
type MassResult struct {
	MsgID                         int64
	Status                        string
	Total, Filtered, Sent, Failed int64
}

// SubscribeChoice is a Content: somebody agreed to or refused subscribe
// notices, on a page or, with InSettings, by withdrawing in the settings.
type SubscribeChoice struct {
	Choices    []TemplateChoice
	InSettings bool
}

// TemplateChoice is the decision about one template. Scene is 1 on a web page
// and 2 in an article.
type TemplateChoice struct {
	TemplateID string
	Accepted   bool
	Scene      string
}

// SubscribeResult is a Content: what became of subscribe notices.
type SubscribeResult struct{ Results []NoticeResult }

// NoticeResult is the report about one subscribe notice.
type NoticeResult struct{ TemplateID, MsgID, Code, Status string }

// Other is a Content this package does not know; see Message.Raw.
type Other struct{}

func (Text) content()            {}
func (Image) content()           {}
func (Voice) content()           {}
func (Video) content()           {}
func (Location) content()        {}
func (Link) content()            {}
func (Subscribe) content()       {}
func (Unsubscribe) content()     {}
func (Scan) content()            {}
func (Position) content()        {}
func (MenuClick) content()       {}
func (MenuView) content()        {}
func (MenuScan) content()        {}
func (TemplateResult) content()  {}
func (MassResult) content()      {}
func (SubscribeChoice) content() {}
func (SubscribeResult) content() {}
func (Other) content()           {}
