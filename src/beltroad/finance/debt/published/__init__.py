"""Published findings on the debt of partner countries, ours beside theirs."""
