"""Tools of outside MCP servers, as tools of our own: same checks, same approvals, same audit."""
