package wechat

// codeText is the platform's English text of an error code.
func codeText(code int) string {
	switch code {
	case -1:
		return "system error"
	case 40001:
		return "invalid credential, access_token is invalid or not latest, could get access_token by getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r"
	case 40002:
		return "invalid grant_type"
	case 40003:
		return "invalid openid"
	case 40004:
		return "invalid media type"
	case 40005:
		return "invalid file type"
	case 40007:
		return "invalid media_id"
	case 40008:
		return "invalid message type"
	case 40013:
		return "invalid appid"
	case 40014:
		return "invalid access_token"
	case 40016:
		return "invalid button size"
	case 40017:
		return "invalid button type"
	case 40018:
		return "invalid button name size"
	case 40019:
		return "invalid button key size"
	case 40023:
		return "invalid sub button size"
	case 40027:
		return "invalid sub button url size"
	case 40029:
		return "invalid code"
	case 40030:
		return "invalid refresh_token"
	case 40031:
		return "invalid openid list"
	case 40032:
		return "invalid openid list size"
	case 40035:
		return "invalid parameter"
	case 40036:
		return "invalid template_id size"
	case 40037:
		return "invalid template_id"
	case 40053:
		return "invalid action info, please check document"
	case 40059:
		return "invalid msg id"
	case 40066:
		return "invalid url"
	case 40097:
		return "invalid args"
	case 40102:
		return "invalid industry id"
	case 40125:
		return "invalid appsecret"
	case 40152:
		return "invalid group id"
	case 40163:
		return "code been used"
	case 40165:
		return "invalid weapp pagepath"
	case 40241:
		return "The message is duplicate in 60 seconds"
	case 40246:
		return "keyword name list is empty"
	}
	return moreCodeText(code)
}

func moreCodeText(code int) string {
	switch code {
	case 41001:
		return "access_token missing"
	case 41002:
		return "appid missing"
	case 41003:
		return "refresh_token missing"
	case 41004:
		return "appsecret missing"
	case 41005:
		return "media data missing"
	case 41006:
		return "media_id missing"
	case 41008:
		return "missing code"
	case 41009:
		return "missing openid"
	case 42001:
		return "access_token expired"
	case 42002:
		return "refresh_token expired"
	case 43001:
		return "require GET method"
	case 43002:
		return "require POST method"
	case 43004:
		return "require subscribe"
	case 43019:
		return "require remove blacklist"
	case 43100:
		return "change template too frequently"
	case 43101:
		return "user refuse to accept the msg"
	case 44001:
		return "empty media data"
	case 44002:
		return "empty post data"
	case 44004:
		return "empty content"
	}
	return limitCodeText(code)
}

func limitCodeText(code int) string {
	switch code {
	case 45001:
		return "media size out of limit"
	case 45002:
		return "content size out of limit"
	case 45008:
		return "article size out of limit"
	case 45009:
		return "reach max api daily quota limit"
	case 45011:
		return "api minute-quota reach limit  mustslower  retry next minute"
	case 45015:
		return "response out of time limit or subscription is canceled"
	case 45026:
		return "template num exceed limit"
	case 45028:
		return "has no masssend quota"
	case 45047:
		return "out of response count limit"
	case 45056:
		return "too many tag now, no need to add new"
	case 45057:
		return "can't delete the tag that has too many fans"
	case 45058:
		return "can't modify sys tag"
	case 45059:
		return "can not tag user more than 20 tags"
	case 45065:
		return "clientmsgid exist"
	case 45066:
		return "same clientmsgid retry too fast"
	case 45067:
		return "clientmsgid size out of limit"
	case 45072:
		return "invalid command"
	case 45080:
		return "need user to send message"
	case 45081:
		return "you are already typing"
	case 45157:
		return "invalid tag name"
	case 45158:
		return "tag name too long"
	case 45159:
		return "invalid tag id"
	case 46003:
		return "menu no exist"
	case 46004:
		return "user not exist"
	case 47001:
		return "data format error"
	case 47003:
		return "argument invalid"
	case 48001:
		return "api unauthorized"
	case 48002:
		return "api forbidden for blocking msg user"
	case 48006:
		return "forbid to clear quota because of reaching the limit"
	case 49003:
		return "not match openid with appid"
	case 76001:
		return "rid not found"
	case 76022:
		return "could not use this cgi_path, no permission"
	case 76021:
		return "cgi_path not found"
	}
	return serviceCodeText(code)
}

func serviceCodeText(code int) string {
	switch code {
	case 41030:
		return "invalid page"
	case 45083:
		return "invalid speed"
	case 45103, 45109:
		return "this api is not supported any more"
	case 65301:
		return "not exist this menuid"
	case 65303:
		return "there is no selfmenu, please create selfmenu first"
	case 65304:
		return "match rule empty"
	case 65305:
		return "menu count limit"
	case 65320:
		return "private match rule is not supported"
	case 65401:
		return "invalid custom service"
	case 65403:
		return "invalid nickname"
	case 65404:
		return "invalid kf account"
	case 65405:
		return "kf account count limit"
	case 65406:
		return "kf account exist"
	case 65407:
		return "this worker is a kf already"
	case 65408:
		return "this worker has been invited"
	case 200012:
		return "template num exceed limit"
	case 200014:
		return "tid is invalid"
	case 200016, 200017, 200018, 200019:
		return "invalid start, limit or ids"
	case 200020:
		return "invalid kidList"
	case 200021:
		return "invalid sceneDesc"
	}
	return "system error"
}
