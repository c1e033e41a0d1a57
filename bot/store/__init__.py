"""The one place with SQL: a <noun>.sql beside each <noun>.py."""
