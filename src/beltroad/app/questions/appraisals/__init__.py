"""Results of appraisals: made short where the work is done, read and compared on pages."""
