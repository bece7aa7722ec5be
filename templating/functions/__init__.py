"""Function families of templates, one module each; this table names them."""
