package wechat

// speeds are how many thousand people a minute a level of mass sending means.
func speeds() []int { return []int{800, 600, 450, 300, 100} }

// massSpeed is /cgi-bin/message/mass/speed/get; realspeed counts in ten thousands.
func (p *Platform) massSpeed(*call) (any, error) {
	level := p.account.MassSpeed
	return map[string]int{"speed": level, "realspeed": speeds()[level] / 10}, nil
}

// setMassSpeed is POST /cgi-bin/message/mass/speed/set.
func (p *Platform) setMassSpeed(c *call) (any, error) {
	var in struct {
		Speed *int `json:"speed"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if in.Speed == nil || *in.Speed < 0 || *in.Speed >= len(speeds()) {
		return nil, fail(45083)
	}
	p.account.MassSpeed = *in.Speed
	p.keepAccount()
	return ok(), nil
}
