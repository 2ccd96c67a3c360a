"""Pure rules: facts about one person and a date go in, recommendations and reminders come out."""
