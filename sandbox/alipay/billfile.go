package alipay

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
)

// The headings of the two files of a bill.
const (
	detailHead = "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户," +
		"订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称," +
		"商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
	summaryHead = "门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）," +
		"商家优惠（元）,卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）"
)

// billSums add up a bill.
type billSums struct {
	paid, refunded     int
	paidFen, refundFen fen
	fee                fen
}

func sumLines(lines []billLine) billSums {
	var s billSums
	for _, line := range lines {
		s.fee += line.fee
		if line.refund {
			s.refunded++
			s.refundFen += line.received
		} else {
			s.paid++
			s.paidFen += line.received
		}
	}
	return s
}

// billFile packs the detail and the summary of a period, in GBK as the
// platform does, names included.
func (p *Platform) billFile(span period) ([]byte, error) {
	lines := p.spoil(span)
	digits := strings.ReplaceAll(span.name, "-", "")
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for _, file := range []struct{ name, text string }{
		{"业务明细", p.billDetail(span, lines)},
		{"业务明细(汇总)", p.billSummary(span, lines)},
	} {
		name := fmt.Sprintf("%s0156_%s_%s.csv", p.account.sellerID, digits, file.name)
		entry, err := archive.CreateHeader(&zip.FileHeader{
			Name: gbkCharset.encode(name), NonUTF8: true, Method: zip.Deflate, Modified: p.world.Now().In(china()),
		})
		if err != nil {
			return nil, err
		}
		if _, err := entry.Write([]byte(gbkCharset.encode(file.text))); err != nil {
			return nil, err
		}
	}
	err := archive.Close()
	return out.Bytes(), err
}

func (p *Platform) billTop(title string, span period) string {
	const day = "2006年01月02日 15:04:05"
	at := func(m moment) string { return m.time().In(china()).Format(day) }
	return fmt.Sprintf("#支付宝%s\r\n#账号：[%s0156]\r\n#起始日期：[%s]   终止日期：[%s]\r\n",
		title, p.account.sellerID, at(span.from), at(span.to))
}

func (p *Platform) billDetail(span period, lines []billLine) string {
	var out strings.Builder
	out.WriteString(p.billTop("业务明细查询", span))
	out.WriteString("#-----------------------------------------业务明细列表----------------------------------------\r\n")
	out.WriteString(detailHead + "\r\n")
	for _, line := range lines {
		out.WriteString(strings.Join(line.cells(), ",") + "\r\n")
	}
	out.WriteString("#-----------------------------------------业务明细列表结束------------------------------------\r\n")
	s := sumLines(lines)
	fmt.Fprintf(&out, "#交易合计：%d笔，商家实收共%s元，商家优惠共0.00元\r\n", s.paid, s.paidFen)
	fmt.Fprintf(&out, "#退款合计：%d笔，商家实收退款共%s元，商家优惠退款共0.00元\r\n", s.refunded, s.refundFen)
	out.WriteString(p.billEnd())
	return out.String()
}

func (p *Platform) billSummary(span period, lines []billLine) string {
	s := sumLines(lines)
	net := s.paidFen + s.refundFen
	row := []string{
		"合计", "", fmt.Sprint(s.paid), fmt.Sprint(s.refunded), net.String(), net.String(),
		"0.00", "0.00", "0.00", s.fee.String(), "0.00", (net + s.fee).String(),
	}
	return p.billTop("业务汇总查询", span) +
		"#-----------------------------------------业务汇总列表----------------------------------------\r\n" +
		summaryHead + "\r\n" + strings.Join(row, ",") + "\r\n" +
		"#-----------------------------------------业务汇总列表结束------------------------------------\r\n" + p.billEnd()
}

func (p *Platform) billEnd() string {
	return "#导出时间：[" + p.world.Now().In(china()).Format("2006年01月02日 15:04:05") + "]\r\n"
}
