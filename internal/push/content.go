package push

import (
	"context"
	"sync"

	"github.com/paypush/paypush/internal/fault"
)

// newestVersion asks for the newest version of a template.
const newestVersion = -1

// content is what a template filled in, or a text, says on an account.
type content struct {
	layout *Layout           // nil to leave it to the channel
	values map[string]string // as people read them
	text   string            // the words of a message without a template; empty for none
	mapped bool              // the account has a template for it
}

// content fills a version of a template in for an account. Version 0 is the
// configuration's. Without a template it is the text alone.
func (s *Service) content(ctx context.Context, account, name string, version int64, values map[string]string, text string) (content, error) {
	if name == "" {
		return content{text: text}, nil
	}
	t, err := s.version(ctx, name, version)
	if err != nil {
		return content{}, err
	}
	c := content{values: t.Written(values)}
	c.text = t.Text(c.values)
	if l, ok := t.Layouts[account]; ok {
		c.layout, c.mapped = &l, true
		return c, nil
	}
	c.mapped = true
	if lib, ok := s.channels[account].(Librarian); ok {
		_, c.mapped = lib.Configured(name)
	}
	return c, nil
}

// version finds a version of a template; one that is known to the
// configuration alone has nothing but its name.
func (s *Service) version(ctx context.Context, name string, version int64) (Template, error) {
	if version == 0 || s.book == nil {
		return Template{Name: name}, nil
	}
	t, err := s.versions.get(name, version, func() (Template, error) {
		if version == newestVersion {
			return s.book.Template(ctx, name)
		}
		return s.book.TemplateVersion(ctx, name, version)
	})
	if fault.KindOf(err) == fault.Invalid && version == newestVersion {
		return Template{Name: name}, nil
	}
	return t, err
}

// versions keeps versions of templates that were read, which never change.
type versions struct {
	mu sync.Mutex
	by map[versionKey]Template
}

type versionKey struct {
	name    string
	version int64
}

const keptVersions = 200

func (v *versions) get(name string, version int64, read func() (Template, error)) (Template, error) {
	key := versionKey{name, version}
	v.mu.Lock()
	t, ok := v.by[key]
	v.mu.Unlock()
	if ok {
		return t, nil
	}
	t, err := read()
	if err == nil && version > 0 {
		v.mu.Lock()
		defer v.mu.Unlock()
		if v.by == nil || len(v.by) >= keptVersions {
			v.by = map[versionKey]Template{}
		}
		v.by[key] = t
	}
	return t, err
}
