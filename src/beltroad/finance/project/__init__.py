"""Finance of one project or a pipeline: who pays, what comes back, what the state owes."""
