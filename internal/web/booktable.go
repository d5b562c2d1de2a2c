package web

// bookTable is the part of the table of routes by which the team holds the
// platforms' bills against the ledger.
func (s *Site) bookTable() []route {
	off := s.Desk == nil
	return []route{
		{"GET", "/admin/reconciliations", Operator, page, s.reconciliationsBoard, off},
		{"POST", "/admin/reconciliations", Operator, page, s.beginReconciliation, off},
		{"GET", "/admin/reconciliations/{reconciliation}", Operator, page, s.reconciliationBoard, off},
		{"GET", "/admin/reconciliations/{reconciliation}/events", Operator, stream, s.reconciliationEvents, off},
		{"GET", "/admin/reconciliations/{reconciliation}/differences.csv", Operator, page, s.exportDifferences, off},
		{"GET", "/admin/differences", Operator, page, s.differencesBoard, off},
		{"GET", "/admin/differences/{difference}", Operator, page, s.differenceBoard, off},
		{"POST", "/admin/differences/{difference}/{act}", Operator, page, s.actOnDifference, off},
	}
}
