"""The business of after-sales: orders, cases, returns, exchanges, offers and policy; pure, without I/O."""
