package doctor

import "testing"

func TestDiskIsJudgedByWhatIsFree(t *testing.T) {
	for free, want := range map[uint64]Status{1 << 20: Fail, 1 << 30: Warn, 1 << 40: OK} {
		e := new(examination)
		e.room("disk", Text{}, "/data", free, same("make room"))
		if got := e.report.Checks[0]; got.Status != want || want != OK && got.Advice.EN == "" {
			t.Errorf("%d bytes free: %+v", free, got)
		}
	}
	if free, known := freeSpace(t.TempDir()); known && free == 0 {
		t.Error("a temporary folder has no room")
	}
}
