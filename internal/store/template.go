package store

import (
	"context"
	"encoding/json"

	"github.com/paypush/paypush/internal/push"
)

const (
	templateColumns = `name, version, zh, en, layouts, sample, params, created_at`

	sqlTemplateInsert statement = `INSERT INTO templates (` + templateColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`
	sqlTemplateNewest statement = `SELECT ` + templateColumns + ` FROM templates WHERE name = $1 ORDER BY version DESC LIMIT 1`
	sqlTemplateOf     statement = `SELECT ` + templateColumns + ` FROM templates WHERE name = $1 AND version = $2`
	sqlTemplatesOf    statement = `SELECT ` + templateColumns + ` FROM templates WHERE name = $1 ORDER BY version DESC LIMIT 100`
	sqlTemplates      statement = `SELECT ` + templateColumns + ` FROM templates WHERE name > ''
		AND version = (SELECT MAX(version) FROM templates AS newer WHERE newer.name = templates.name) ORDER BY name`

	ruleColumns = `id, event, template, vals, link, ways, enabled, version, created_at, deleted_at`

	sqlRuleInsert statement = `INSERT INTO rules (` + ruleColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	sqlRuleUpdate statement = `UPDATE rules SET event = $3, template = $4, vals = $5, link = $6, enabled = $7, deleted_at = $8, ways = $9,
		version = version + 1 WHERE id = $1 AND version = $2 AND deleted_at = 0`
	sqlRuleByID statement = `SELECT ` + ruleColumns + ` FROM rules WHERE id = $1 AND deleted_at = 0`
	sqlRules    statement = `SELECT ` + ruleColumns + ` FROM rules WHERE deleted_at = 0 ORDER BY id`
)

// Book keeps templates and rules. It implements [push.TemplateStore] and
// [push.RuleStore].
type Book struct{ db *DB }

var (
	_ push.TemplateStore = Book{}
	_ push.RuleStore     = Book{}
)

// Book gives the store of templates and rules.
func (db *DB) Book() Book { return Book{db} }

// Template implements [push.TemplateStore].
func (b Book) Template(ctx context.Context, name string) (push.Template, error) {
	return one(ctx, b.db.reader(), push.ErrNoTemplate, scanTemplate, sqlTemplateNewest, name)
}

// TemplateVersion implements [push.TemplateStore].
func (b Book) TemplateVersion(ctx context.Context, name string, version int64) (push.Template, error) {
	return one(ctx, b.db.reader(), push.ErrNoTemplate, scanTemplate, sqlTemplateOf, name, version)
}

// TemplateVersions implements [push.TemplateStore].
func (b Book) TemplateVersions(ctx context.Context, name string) ([]push.Template, error) {
	return many(ctx, b.db.reader(), scanTemplate, sqlTemplatesOf, name)
}

// Templates implements [push.TemplateStore].
func (b Book) Templates(ctx context.Context) ([]push.Template, error) {
	return many(ctx, b.db.reader(), scanTemplate, sqlTemplates)
}

// AddTemplate implements [push.TemplateStore].
func (b Book) AddTemplate(ctx context.Context, t push.Template) error {
	layouts, err := json.Marshal(t.Layouts)
	if err != nil {
		return err
	}
	n := int64(0)
	err = b.db.update(ctx, func(tx *txn) (err error) {
		n, err = change(ctx, tx, sqlTemplateInsert, t.Name, t.Version, t.Zh, t.En, string(layouts), pack(t.Sample), pack(t.Params), micros(t.CreatedAt))
		return err
	})
	if err == nil && n == 0 {
		return push.ErrStale
	}
	return err
}

func scanTemplate(r row) (t push.Template, err error) {
	var layouts string
	if err = r.Scan(&t.Name, &t.Version, &t.Zh, &t.En, &layouts, packed[map[string]string, string]{&t.Sample},
		packed[map[string]push.Param, push.Param]{&t.Params}, moment{&t.CreatedAt}); err != nil {
		return t, err
	}
	return t, json.Unmarshal([]byte(layouts), &t.Layouts)
}

// Rules implements [push.RuleStore].
func (b Book) Rules(ctx context.Context) ([]push.Rule, error) {
	return many(ctx, b.db.reader(), scanRule, sqlRules)
}

// Rule implements [push.RuleStore].
func (b Book) Rule(ctx context.Context, id string) (push.Rule, error) {
	return one(ctx, b.db.reader(), push.ErrNoRule, scanRule, sqlRuleByID, id)
}

// AddRule implements [push.RuleStore].
func (b Book) AddRule(ctx context.Context, r push.Rule) error {
	return b.db.update(ctx, func(tx *txn) error {
		_, err := change(ctx, tx, sqlRuleInsert, r.ID, string(r.Event), r.Template, pack(r.Values), r.Link, waysText(r.Ways), flag(r.Enabled), r.Version,
			micros(r.CreatedAt), micros(r.DeletedAt))
		return err
	})
}

// UpdateRule implements [push.RuleStore]. A rule that went stale is not run
// again here: the caller has to read it first.
func (b Book) UpdateRule(ctx context.Context, r push.Rule) error {
	n := int64(0)
	err := b.db.update(ctx, func(tx *txn) (err error) {
		n, err = change(ctx, tx, sqlRuleUpdate, r.ID, r.Version, string(r.Event), r.Template, pack(r.Values), r.Link, flag(r.Enabled),
			micros(r.DeletedAt), waysText(r.Ways))
		return err
	})
	if err == nil && n == 0 {
		return push.ErrStale
	}
	return err
}

func scanRule(r row) (v push.Rule, err error) {
	var enabled int64
	err = r.Scan(&v.ID, &v.Event, &v.Template, packed[map[string]string, string]{&v.Values}, &v.Link, waysOf{&v.Ways}, &enabled, &v.Version,
		moment{&v.CreatedAt}, moment{&v.DeletedAt})
	v.Enabled = enabled == 1
	return v, err
}
