package web

// Asset gives the address of one of the site's own files by its plain name,
// such as "site.css", for pages that others serve in the same looks. It is
// empty where there is no such file.
func (s *Site) Asset(name string) string {
	path, err := s.assets.path(name)
	if err != nil {
		return ""
	}
	return path
}
