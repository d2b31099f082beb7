"""The nouns and the rules every stage shares; it imports no stage and nothing heavy."""
