"""Rule previews: what a version of rules would change for open quotes."""

from ltc_runtime.service import Feature

from .read import rule_previews

rule_preview = Feature(api=rule_previews)
