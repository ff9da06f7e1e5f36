"""The print shop: what leaves the desk on paper or as a file (receipts, notices, reports, QR codes)."""
