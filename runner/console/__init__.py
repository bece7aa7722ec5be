"""What people see: errors, tables, prompts, colours, output formats. Only this room and `runner/cli/` print."""
