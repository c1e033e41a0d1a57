"""The Telegram door: updates become inbox rows, outbox rows become messages. The only importer of `telegram`."""
