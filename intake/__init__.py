"""The core: the desk (窗口) and everything that would still be true if the county went back to paper."""
