package alipay

// userToken answers alipay.system.oauth.token. Its parameters stand outside of
// biz_content; a success has neither code nor msg, and a failure comes as
// error_response.
func (p *Platform) userToken(c *call) reply {
	now := p.ledger.now()
	var from grant
	switch c.param("grant_type") {
	case "authorization_code":
		var good bool
		if from, _, good = p.grants.spend(c.param("code"), "code", c.app.id, now); !good {
			return failedGrant("isv.code-invalid")
		}
	case "refresh_token":
		var known, good bool
		from, known, good = p.grants.spend(c.param("refresh_token"), "renewal", c.app.id, now)
		switch {
		case known && !good && !from.Used:
			return failedGrant("isv.refresh-token-time-out")
		case known && !good:
			return failedGrant("isv.refreshed-token-invalid")
		case !good:
			return failedGrant("isv.refresh-token-invalid")
		}
	default:
		return failedGrant("isv.grant-type-invalid")
	}
	token, renewal := p.grants.tokens(from, "", now)
	return reply{fields: fields{
		"access_token": token, "refresh_token": renewal, "user_id": from.Subject, "alipay_user_id": from.Subject,
		"open_id": p.account.buyer(from.Subject).OpenID, "auth_start": now.wire(),
		"expires_in": int(accessValid.Seconds()), "re_expires_in": int(renewValid.Seconds()),
	}}
}

func failedGrant(sub string) reply {
	out := refused(refuse(sub), nil)
	out.root = "error_response"
	return out
}

// userInfo answers alipay.user.info.share for the user of auth_token.
func (p *Platform) userInfo(c *call) reply {
	from, known, good := p.grants.find(c.param("auth_token"), "token", p.ledger.now())
	switch {
	case !known:
		return refused(refuse("aop.invalid-auth-token"), nil)
	case !good:
		return refused(refuse("aop.auth-token-time-out"), nil)
	}
	b := p.account.buyer(from.Subject)
	return success(fields{
		"user_id": b.ID, "open_id": b.OpenID, "nick_name": b.Name, "gender": "m", "province": "浙江省", "city": "杭州市",
	})
}

// merchantToken answers alipay.open.auth.token.app, by which a service provider
// comes to act for a merchant.
func (p *Platform) merchantToken(c *call) reply {
	now := p.ledger.now()
	var from grant
	var known, good bool
	switch c.biz.text("grant_type") {
	case "authorization_code":
		if from, known, good = p.grants.spend(c.biz.text("code"), "app_code", c.app.id, now); !known {
			return refused(refuse("AUTH_CODE_NOT_EXIST"), nil)
		} else if !good {
			return refused(refuse("AUTH_CODE_NOT_VALID"), nil)
		}
	case "refresh_token":
		if from, known, good = p.grants.spend(c.biz.text("refresh_token"), "app_renewal", c.app.id, now); !known {
			return refused(refuse("REFRESH_TOKEN_NOT_EXIST"), nil)
		} else if !good {
			return refused(refuse("REFRESH_TOKEN_TIME_OUT"), nil)
		}
	default:
		return refused(refuse("GRANT_TYPE_INVALID"), nil)
	}
	token, renewal := p.grants.tokens(from, "app_", now)
	f := fields{
		"app_auth_token": token, "app_refresh_token": renewal, "auth_app_id": from.Subject, "user_id": p.account.sellerID,
		"expires_in": int(accessValid.Seconds()), "re_expires_in": int(renewValid.Seconds()),
	}
	f["tokens"] = []fields{{
		"app_auth_token": token, "app_refresh_token": renewal, "auth_app_id": from.Subject, "user_id": p.account.sellerID,
		"expires_in": int(accessValid.Seconds()), "re_expires_in": int(renewValid.Seconds()),
	}}
	return success(f)
}

// checkDelegation looks at the token by which a call is made for a merchant.
func (p *Platform) checkDelegation(c *call) (refusal, bool) {
	token := c.params["app_auth_token"]
	if token == "" {
		return refusal{}, false
	}
	from, known, good := p.grants.find(token, "app_token", p.ledger.now())
	switch {
	case !known || from.AppID != c.app.id:
		return refuse("aop.invalid-app-auth-token"), true
	case !good:
		return refuse("aop.app-auth-token-time-out"), true
	}
	c.authAppID = from.Subject
	return refusal{}, false
}
