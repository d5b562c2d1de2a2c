package wechat

import (
	"strconv"
	"strings"
)

// keywordType guesses the typed key of a keyword from its name, as the
// platform's library of templates would state it.
func keywordType(name string, i int) string {
	kind := "thing"
	for _, guess := range [][2]string{
		{"时间", "time"}, {"日期", "date"}, {"金额", "amount"}, {"价格", "amount"}, {"单号", "character_string"}, {"编号", "character_string"},
		{"订单号", "character_string"}, {"电话", "phone_number"}, {"手机", "phone_number"}, {"车牌", "car_number"}, {"姓名", "name"}, {"状态", "phrase"}, {"数量", "number"},
	} {
		if strings.Contains(name, guess[0]) {
			kind = guess[1]
			break
		}
	}
	return kind + strconv.Itoa(i)
}

// wholeNumber reads a number that clients send as such or as text.
func wholeNumber(v any) int {
	switch x := v.(type) {
	case float64:
		return int(x)
	case string:
		n, _ := strconv.Atoi(x)
		return n
	}
	return 0
}

// industryName names a field of business by its number. Only the first few
// are spelled out; the rest bear their number.
func industryName(n int) string {
	names := []string{"IT科技|互联网|电子商务", "IT科技|IT软件与服务", "IT科技|IT硬件与设备", "IT科技|电子技术", "IT科技|通信与运营商", "IT科技|网络游戏", "金融业|银行", "金融业|基金|理财|信托", "金融业|保险"}
	if n <= len(names) {
		return names[n-1]
	}
	return "其它|行业" + strconv.Itoa(n)
}
