"""Names of functions that ask metadata services, cloud APIs or network interfaces: known, and not available.

Identities and their variables come from authentication, never from a template; a name that is typed by habit gets an
error that says so instead of "not defined".
"""

from __future__ import annotations

from ..errors import Failure
from .registry import Family

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FAMILY = Family("cloud", "Metadata services (not available)")

_NAMES = (
    "aws.EC2Region ec2region aws.EC2Meta ec2meta aws.EC2Dynamic ec2dynamic aws.EC2Tag ec2tag aws.EC2Tags ec2tags "
    "aws.KMSEncrypt aws.KMSDecrypt aws.Account aws.ARN aws.UserID gcp.Meta "
    "sockaddr.GetAllInterfaces sockaddr.GetDefaultInterfaces sockaddr.GetPrivateInterfaces sockaddr.GetPublicInterfaces "
    "sockaddr.GetPrivateIP sockaddr.GetPrivateIPs sockaddr.GetPublicIP sockaddr.GetPublicIPs sockaddr.GetInterfaceIP "
    "sockaddr.GetInterfaceIPs sockaddr.Sort sockaddr.Exclude sockaddr.Include sockaddr.Attr sockaddr.Join sockaddr.Limit "
    "sockaddr.Offset sockaddr.Unique sockaddr.Math net.LookupSRV net.LookupSRVs net.LookupTXT"
)
INSTEAD = {
    "aws": "Use what an identity exports, such as `{{ .Env.AWS_REGION }}`, or `!aws.account_id` in manifests",
    "gcp": "Use what an identity exports, such as `{{ .Env.GOOGLE_CLOUD_PROJECT }}`",
    "sockaddr": "Let an `env` entry with `valueCommand` ask the system",
    "net": "Let an `env` entry with `valueCommand` ask, for instance, `dig`",
}


def _declare(names: str) -> None:
    name = names.split()[0]

    def refuse(*_operands: Any) -> str:
        error = Failure(f"{name} needs the network; it is not available in templates")
        error.hints.append(INSTEAD[name.partition(".")[0]])
        raise error

    refuse.__doc__ = "Not available: needs the network."
    FAMILY.add(names, "any...", f"{{{{ if false }}}}{{{{ {name} }}}}{{{{ end }}}}ok", "ok")(refuse)


_words = _NAMES.split()
for _position, _word in enumerate(_words):
    if "." in _word:
        _short = _words[_position + 1] if _position + 1 < len(_words) and "." not in _words[_position + 1] else ""
        _declare(f"{_word} {_short}".strip())
