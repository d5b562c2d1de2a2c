package web

// pushTable is the part of the table of routes by which the team tells people
// something.
func (s *Site) pushTable() []route {
	off := s.Desk == nil
	mute, alone := off || s.Desk.Campaigns == nil, off || s.Desk.Followers == nil
	return []route{
		{"GET", "/admin/messages", Operator, page, s.messagesBoard, off},
		{"GET", "/admin/messages/{message}", Operator, page, s.messageBoard, off},
		{"POST", "/admin/messages/{message}/again", Operator, page, s.sendAgain, off},

		{"GET", "/admin/rules", Operator, page, s.rulesBoard, off},
		{"GET", "/admin/new-rule", Operator, page, s.newRule, off},
		{"POST", "/admin/rules", Operator, page, s.createRule, off},
		{"GET", "/admin/rules/{rule}", Operator, page, s.ruleBoard, off},
		{"POST", "/admin/rules/{rule}", Operator, page, s.changeRule, off},
		{"POST", "/admin/rules/{rule}/switch", Operator, page, s.switchRule, off},
		{"POST", "/admin/rules/{rule}/delete", Operator, page, s.deleteRule, off},

		{"GET", "/admin/templates", Operator, page, s.templatesBoard, off},
		{"GET", "/admin/new-template", Operator, page, s.newTemplate, off},
		{"POST", "/admin/templates", Operator, page, s.saveTemplate, off},
		{"GET", "/admin/templates/{template}", Operator, page, s.templateBoard, off},
		{"POST", "/admin/templates/{template}/test", Operator, page, s.testTemplate, off},

		{"GET", "/admin/campaigns", Operator, page, s.campaignsBoard, mute},
		{"GET", "/admin/new-campaign", Operator, page, s.newCampaign, mute},
		{"POST", "/admin/campaigns", Operator, page, s.createCampaign, mute},
		{"GET", "/admin/campaigns/{campaign}", Operator, page, s.campaignBoard, mute},
		{"GET", "/admin/campaigns/{campaign}/events", Operator, stream, s.campaignEvents, mute},
		{"GET", "/admin/campaigns/{campaign}/people", Operator, page, s.recipientsBoard, mute},
		{"GET", "/admin/campaigns/{campaign}/people.csv", Operator, page, s.exportRecipients, mute},
		{"GET", "/admin/campaigns/{campaign}/edit", Operator, page, s.editCampaign, mute},
		{"POST", "/admin/campaigns/{campaign}/edit", Operator, page, s.changeCampaign, mute},
		{"POST", "/admin/campaigns/{campaign}/test", Operator, page, s.testCampaign, mute},
		{"POST", "/admin/campaigns/{campaign}/{act}", Operator, page, s.moveCampaign, mute},

		{"GET", "/admin/followers", Operator, page, s.followersBoard, alone},
		{"POST", "/admin/followers", Operator, page, s.syncFollowers, alone},
		{"GET", "/admin/follower-sync", Operator, stream, s.syncEvents, alone},
		{"GET", "/admin/followers/{openid}", Operator, page, s.followerBoard, alone},
		{"POST", "/admin/followers/{openid}", Operator, page, s.changeFollower, alone},

		{"GET", "/admin/bindings", Operator, page, s.bindingsBoard, off},
		{"GET", "/admin/bindings/{account}/{openid}", Operator, page, s.bindingBoard, off},
		{"POST", "/admin/bindings/{account}/{openid}/unbind", Operator, page, s.unbindMember, off},
	}
}
