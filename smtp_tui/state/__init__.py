"""What the program remembers between starts: small files under the state path, written safely."""
