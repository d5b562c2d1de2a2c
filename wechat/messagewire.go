package wechat

import (
	"encoding/xml"
	"strings"
)

// wireMessage is every field of every push, as the platform names them.
// MsgId of messages and MsgID of job reports differ only in one letter's case.
type wireMessage struct {
	XMLName      xml.Name `xml:"xml"`
	ToUserName   string   `xml:"ToUserName"`
	FromUserName string   `xml:"FromUserName"`
	CreateTime   string   `xml:"CreateTime"`
	MsgType      string   `xml:"MsgType"`
	MsgID        int64    `xml:"MsgId"`

	Content      string  `xml:"Content"`
	MenuItem     string  `xml:"bizmsgmenuid"`
	PicURL       string  `xml:"PicUrl"`
	MediaID      string  `xml:"MediaId"`
	ThumbMediaID string  `xml:"ThumbMediaId"`
	Format       string  `xml:"Format"`
	Recognition  string  `xml:"Recognition"`
	LocationX    float64 `xml:"Location_X"`
	LocationY    float64 `xml:"Location_Y"`
	Scale        int     `xml:"Scale"`
	Label        string  `xml:"Label"`
	Title        string  `xml:"Title"`
	Description  string  `xml:"Description"`
	URL          string  `xml:"Url"`

	Event     string  `xml:"Event"`
	EventKey  string  `xml:"EventKey"`
	Ticket    string  `xml:"Ticket"`
	Latitude  float64 `xml:"Latitude"`
	Longitude float64 `xml:"Longitude"`
	Precision float64 `xml:"Precision"`
	MenuID    string  `xml:"MenuId"`
	ScanInfo  struct {
		Type   string `xml:"ScanType"`
		Result string `xml:"ScanResult"`
	} `xml:"ScanCodeInfo"`

	JobID       int64  `xml:"MsgID"`
	Status      string `xml:"Status"`
	TotalCount  int64  `xml:"TotalCount"`
	FilterCount int64  `xml:"FilterCount"`
	SentCount   int64  `xml:"SentCount"`
	ErrorCount  int64  `xml:"ErrorCount"`

	Popup  []wireSubscription `xml:"SubscribeMsgPopupEvent>List"`
	Change []wireSubscription `xml:"SubscribeMsgChangeEvent>List"`
	Sent   []wireSubscription `xml:"SubscribeMsgSentEvent>List"`
}

type wireSubscription struct {
	TemplateID string `xml:"TemplateId"`
	Status     string `xml:"SubscribeStatusString"`
	Scene      string `xml:"PopupScene"`
	MsgID      string `xml:"MsgID"`
	ErrorCode  string `xml:"ErrorCode"`
	ErrorText  string `xml:"ErrorStatus"`
}

func (w *wireMessage) message() Content {
	switch w.MsgType {
	case "text":
		return Text{Content: w.Content, MenuItem: w.MenuItem}
	case "image":
		return Image{URL: w.PicURL, MediaID: w.MediaID}
	case "voice":
		return Voice{MediaID: w.MediaID, Format: w.Format, Recognition: w.Recognition}
	case "video", "shortvideo":
		return Video{MediaID: w.MediaID, ThumbMediaID: w.ThumbMediaID, Short: w.MsgType == "shortvideo"}
	case "location":
		return Location{Latitude: w.LocationX, Longitude: w.LocationY, Scale: w.Scale, Label: w.Label}
	case "link":
		return Link{Title: w.Title, Description: w.Description, URL: w.URL}
	}
	return Other{}
}

// event tells events by their exact spelling, which the platform's own casing
// makes part of the name.
func (w *wireMessage) event() Content {
	switch w.Event {
	case "subscribe":
		return Subscribe{Scene: strings.TrimPrefix(w.EventKey, "qrscene_"), Ticket: w.Ticket}
	case "unsubscribe":
		return Unsubscribe{}
	case "SCAN":
		return Scan{Scene: w.EventKey, Ticket: w.Ticket}
	case "LOCATION":
		return Position{Latitude: w.Latitude, Longitude: w.Longitude, Precision: w.Precision}
	case "CLICK":
		return MenuClick{Key: w.EventKey}
	case "VIEW":
		return MenuView{URL: w.EventKey, MenuID: w.MenuID}
	case "scancode_push", "scancode_waitmsg":
		return MenuScan{Key: w.EventKey, Kind: w.ScanInfo.Type, Result: w.ScanInfo.Result, Waits: w.Event == "scancode_waitmsg"}
	case "TEMPLATESENDJOBFINISH":
		return TemplateResult{MsgID: w.JobID, Status: w.Status}
	case "MASSSENDJOBFINISH":
		return MassResult{
			MsgID: w.JobID, Status: w.Status, Total: w.TotalCount,
			Filtered: w.FilterCount, Sent: w.SentCount, Failed: w.ErrorCount,
		}
	}
	return w.subscription()
}

// subscription reads the three subscribe notice events. The documented sample
// of a change wrongly uses the tag of the popup, so both are taken.
func (w *wireMessage) subscription() Content {
	switch w.Event {
	case "subscribe_msg_popup_event":
		return SubscribeChoice{Choices: choices(w.Popup)}
	case "subscribe_msg_change_event":
		return SubscribeChoice{Choices: choices(append(w.Change, w.Popup...)), InSettings: true}
	case "subscribe_msg_sent_event":
		return subscribeResult(w.Sent)
	}
	return Other{}
}

func choices(list []wireSubscription) []TemplateChoice {
	out := make([]TemplateChoice, 0, len(list))
	for _, item := range list {
		out = append(out, TemplateChoice{TemplateID: item.TemplateID, Accepted: item.Status == "accept", Scene: item.Scene})
	}
	return out
}

func subscribeResult(list []wireSubscription) SubscribeResult {
	var out SubscribeResult
	for _, item := range list {
		out.Results = append(out.Results, NoticeResult{
			TemplateID: item.TemplateID, MsgID: item.MsgID, Code: item.ErrorCode, Status: item.ErrorText,
		})
	}
	return out
}
