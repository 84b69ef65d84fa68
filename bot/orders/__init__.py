"""The systems that shops take their orders in: a plain HTTP service, Shopify, WooCommerce."""
