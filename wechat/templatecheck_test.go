package wechat_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/paypush/paypush/wechat"
)

func TestCheckValue(t *testing.T) {
	han := func(n int) string { return strings.Repeat("字", n) }
	for _, tt := range []struct {
		key, value string
		ok         bool
	}{
		{"thing1", han(20), true}, {"thing1", han(21), false}, {"thing1", "", false}, {"thing12", "a\xff", false},
		{"number2", "12.50", true}, {"number2", "-3", true}, {"number2", strings.Repeat("1", 33), false}, {"number2", "1.", false}, {"number2", "1a", false},
		{"letter3", "abcXYZ", true}, {"letter3", "ab1", false}, {"letter3", strings.Repeat("a", 33), false},
		{"symbol1", "!@#", true}, {"symbol1", "!\n", false}, {"symbol1", "!!!!!!", false},
		{"character_string1", "ORD-2026_01", true}, {"character_string1", "订单1", false}, {"character_string1", strings.Repeat("a", 33), false},
		{"time1", "2019年10月1日 15:01", true}, {"time1", "2023-09-12 19:43:07", true}, {"time1", "15:01", true}, {"time1", "09:00~18:00", true}, {"time1", "tomorrow", false}, {"time1", "2019年10月1日", false},
		{"date1", "2019年10月1日", true}, {"date1", "2019-10-01 15:01", true}, {"date1", "10", false},
		{"amount1", "¥12.30", true}, {"amount1", "￥12.30", true}, {"amount1", "12.30元", true}, {"amount1", "$1,234.00", true}, {"amount1", "¥¥1", false}, {"amount1", "free", false}, {"amount1", "¥1234567890123", false},
		{"phone_number1", "+86-0766-66888866", true}, {"phone_number1", "138 0013 8000 (home)", false},
		{"car_number1", "粤A8Z888挂", true}, {"car_number1", "粤A8Z888挂1", false},
		{"name1", han(10), true}, {"name1", han(11), false}, {"name1", strings.Repeat("a", 20), true}, {"name1", strings.Repeat("a", 21), false}, {"name1", strings.Repeat("a", 10) + "字", false},
		{"phrase1", "已支付", true}, {"phrase1", "paid", false}, {"phrase1", han(6), false},
		{"const1", "", true}, {"const1", "已发货", true}, {"const1", han(21), false},
		{"first", "", true}, {"keyword1", "", true}, {"remark", han(300), true}, {"short_thing1", han(9), true}, {"thing", "", true},
	} {
		if fault := wechat.CheckValue(tt.key, tt.value); (fault == "") != tt.ok {
			t.Errorf("%s %q: %q", tt.key, tt.value, fault)
		}
	}
}

func TestTemplateCheckReportsEveryFault(t *testing.T) {
	err := wechat.Template{Data: map[string]wechat.Value{
		"thing1": {}, "amount2": {Value: "x"}, "time3": {Value: "10:00"},
	}}.Check()
	if !errors.Is(err, wechat.ErrInvalid) || !strings.Contains(err.Error(), "amount2 is not an amount; thing1 is empty") {
		t.Error(err)
	}
}

func FuzzFitValue(f *testing.F) {
	f.Add("thing1", strings.Repeat("字", 30)+"\n尾")
	f.Add("name1", strings.Repeat("a", 19)+"字")
	f.Add("number1", "1")
	f.Fuzz(func(t *testing.T, key, value string) {
		got := wechat.FitValue(key, value)
		kind := strings.TrimRight(key, "0123456789")
		fits := kind == "thing" || kind == "name"
		if fits && kind != key && got != "" && utf8.ValidString(value) {
			if fault := wechat.CheckValue(key, got); fault != "" {
				t.Errorf("%s %q became %q: %s", key, value, got, fault)
			}
		}
		if again := wechat.FitValue(key, got); again != got {
			t.Errorf("%q then %q", got, again)
		}
	})
}
