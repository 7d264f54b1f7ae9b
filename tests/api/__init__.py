"""Tests of the client: real sockets, the real sandbox, nothing of ours replaced."""
