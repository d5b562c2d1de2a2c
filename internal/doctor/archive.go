package doctor

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/paypush/paypush/internal/config"
)

// archive looks at the folder into which old rows move: whether there is one,
// is ours to write, and nobody else's to read.
func (e *examination) archive() {
	title, folder := Text{"归档目录", "Archive folder"}, e.Config.ArchiveFolder()
	switch {
	case !archives(e.Config.Retention):
		return
	case folder == "":
		e.warn("archive", title, Text{"没有 archive_dir，旧行不归档，数据库一直变大。", "There is no archive_dir: old rows are not archived, and the database grows for ever."},
			Text{"在 [retention] 写 archive_dir，指向各节点共用的目录；或把保留天数写成 0。", "Name a folder that all nodes share as archive_dir under [retention], or keep rows for ever with 0 days."})
		return
	case e.Config.Retention.ArchiveDir != "" && !filepath.IsAbs(folder):
		e.warn("archive", title, Text{"archive_dir 不是绝对路径：" + folder + "。", "archive_dir is no absolute path: " + folder + "."},
			Text{"写绝对路径，它不随启动目录而变。", "Write an absolute path, which does not depend on where the server is started."})
		return
	case served(folder):
		e.fail("archive", title, Text{folder + " 在网站目录里，别人可能下载得到。", folder + " is below a web root, from where others may fetch it."},
			Text{"换一个网站服务器看不到的目录；归档里有通知与收件人。", "Take a folder that no web server reads; archives hold notices and recipients."})
		return
	}
	info, err := os.Stat(folder)
	switch {
	case os.IsNotExist(err) && e.Config.Retention.ArchiveDir == "":
		return // the first archive makes it
	case err != nil || !info.IsDir() || !writable(folder):
		e.fail("archive", title, Text{folder + " 不存在，或不是可写的目录。", folder + " does not exist, or is no folder that can be written to."},
			Text{"建好目录（共用的先挂载），属主是运行 paypush 的用户，权限 700。", "Make it, mounted first where it is shared, owned by the user that runs paypush: chmod 700."})
		return
	case info.Mode().Perm()&0o077 != 0:
		e.warn("archive", title, Text{folder + " 的权限是 " + info.Mode().Perm().String() + "，别人也能看。", folder + " is " + info.Mode().Perm().String() + ": others may look into it."},
			Text{"执行 chmod 700。", "Run chmod 700."})
	default:
		e.ok("archive", title, same(folder))
	}
	if free, known := freeSpace(folder); known && e.Config.Retention.ArchiveDir != "" {
		e.room("archive.disk", Text{"归档目录的磁盘", "Disk of the archives"}, folder, free,
			Text{"腾出空间或换更大的磁盘；写满后不再归档，旧行留在数据库里。", "Make room or take a larger disk; when it is full, nothing is archived and old rows stay in the database."})
	}
}

func archives(r config.Retention) bool {
	return cmp.Or(r.Notices, r.Events, r.Messages, r.Recipients) > 0
}

// served guesses whether a web server hands out what is in a folder, by where
// such servers and their panels keep sites.
func served(folder string) bool {
	path := filepath.ToSlash(filepath.Clean(folder)) + "/"
	for _, root := range []string{"/var/www/", "/srv/www/", "/srv/http/", "/usr/share/nginx/"} {
		if strings.HasPrefix(path, root) {
			return true
		}
	}
	return slices.ContainsFunc(strings.Split(path, "/"), func(part string) bool {
		return slices.Contains([]string{"public_html", "htdocs", "wwwroot", "webroot"}, strings.ToLower(part))
	})
}
