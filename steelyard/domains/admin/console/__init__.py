"""What administrators of the server see of all of it: accounts, teams, projects, background work, settings."""
