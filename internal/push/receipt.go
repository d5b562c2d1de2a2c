package push

import "time"

// TemplateReceipt is the template that tells a payer of a paid order. Its
// values are amount, subject, number and time.
const TemplateReceipt = "receipt"

// china is the zone in which people are told times, fixed so that no zone
// database is needed.
var china = time.FixedZone("Asia/Shanghai", 8*60*60)
