"""AWS partitions: commercial, GovCloud, China."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Partition:
    name: str
    dns: str
    sign_in: str
    console: str


COMMERCIAL = Partition("aws", "amazonaws.com", "https://signin.aws.amazon.com", "https://console.aws.amazon.com")
GOVCLOUD = Partition(
    "aws-us-gov", "amazonaws.com", "https://signin.amazonaws-us-gov.com", "https://console.amazonaws-us-gov.com"
)
CHINA = Partition("aws-cn", "amazonaws.com.cn", "https://signin.amazonaws.cn", "https://console.amazonaws.cn")


def of_region(region: str) -> Partition:
    """The partition of a region."""
    if region.startswith("us-gov-"):
        return GOVCLOUD
    return CHINA if region.startswith("cn-") else COMMERCIAL
