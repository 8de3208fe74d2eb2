"""Rule previews: what a version of rules would change for open quotes."""

from ltc_runtime.service import Feature


def rule_preview() -> Feature:
    """The feature."""
    from .read import rule_previews

    return Feature(api=rule_previews)
