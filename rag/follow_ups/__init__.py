"""Hearing a conversation, so that a follow-up can be spelled out."""
