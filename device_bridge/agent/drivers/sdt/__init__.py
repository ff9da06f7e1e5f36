"""二代证读卡器: the second-generation ID card reader that speaks SDT (GA 450) over a serial line."""
