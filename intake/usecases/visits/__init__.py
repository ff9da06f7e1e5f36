"""上门服务: who goes to which homes, in which order, and what the people there are promised."""
