"""The numerical heart: equations in changes, Anderson acceleration, Newton steps."""
