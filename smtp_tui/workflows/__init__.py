"""Jobs from intent to outcome, each once, for screens and commands alike: no Textual here."""
