"""The shared registry: projects, agreements, wellbeing projects, risks, alerts, scenarios."""
