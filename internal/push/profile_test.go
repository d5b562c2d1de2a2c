package push_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/push"
)

// gallery is a roll whose platform tells of single people.
type gallery struct {
	roll
	asked  []string
	broken bool
}

func (g *gallery) Profiles(_ context.Context, openids []string) (all []push.Profile, err error) {
	if g.broken {
		return nil, errors.New("the platform is away")
	}
	g.asked = append(g.asked, openids...)
	for _, who := range openids {
		all = append(all, push.Profile{OpenID: who, UnionID: "u" + who, FollowedAt: noon.Add(-24 * time.Hour)})
	}
	return all, nil
}

// Everybody's profile is read once, after a failure too, and the tags have
// their names.
func TestProfilesAreReadOnce(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		ctx, g := context.Background(), &gallery{roll: roll{tagged: map[int64][]string{}}, broken: true}
		for i := range 250 {
			g.people = append(g.people, fmt.Sprintf("o%05d", i))
		}
		g.tagged[101] = g.people[:3]
		f := push.NewFollowers(push.FollowersConfig{Store: n.db.Followers(), Channels: map[string]push.Channel{"wechat": g}, Now: n.clock.now,
			Real: n.clock.now, Holder: "a"})
		good(t, f.Step(ctx, "wechat"))
		if f.ReadProfiles(ctx, "wechat") == nil {
			t.Error("a broken platform is no error")
		}
		g.broken = false
		good(t, f.ReadProfiles(ctx, "wechat")) // those of the failed call wait for its lease to end
		n.clock.advance(10 * time.Minute)
		for range 2 {
			good(t, f.ReadProfiles(ctx, "wechat"))
		}
		if slices.Sort(g.asked); !slices.Equal(g.asked, g.people) {
			t.Errorf("%d were asked for, want 250, each once", len(g.asked))
		}
		got, err := f.Follower(ctx, "wechat", "o00002")
		good(t, err)
		if got.UnionID != "uo00002" || !got.FollowedAt.Equal(noon.Add(-24*time.Hour)) || !slices.Equal(got.Tags, []int64{101}) {
			t.Errorf("%+v", got)
		}
		tags, err := f.Tags(ctx, "wechat")
		if err != nil || len(tags) != 2 || tags[1].Name != "老学员" {
			t.Errorf("tags %+v, %v", tags, err)
		}
		good(t, f.Touch(ctx, "wechat", "o00001", push.ContactLeft, n.clock.now()))
		good(t, f.Refuse(ctx, "wechat", "o00009", true))
		for state, want := range map[push.FollowerState]string{push.FollowersLeft: "o00001", push.FollowersRefusing: "o00009"} {
			some, err := f.List(ctx, push.FollowerFilter{Account: "wechat", State: state, Tag: -1, Limit: 10})
			if err != nil || len(some) != 1 || some[0].OpenID != want {
				t.Errorf("%s: %+v, %v", state, some, err)
			}
		}
	})
}
