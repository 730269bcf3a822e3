"""What modules that both nginx and Apache have write into the error log: an application's complaints, ModSecurity."""

import re

from gwdiag.model.error_class import NONE
from gwdiag.model.pattern import pattern

STDERR_OF_APPLICATION = pattern(
    r"FastCGI sent in stderr: |(?:AH01071: )?Got error '|AH01215: |AH02507: ", re.IGNORECASE
)
APPLICATION_FAILED = pattern(r"PHP (?:Fatal|Parse|Core|Compile) error|Uncaught |Traceback \(most recent", re.IGNORECASE)
NO_SUCH_SCRIPT = pattern(
    r"Primary script unknown|Unable to open primary script|script '.*' not found|File not found", re.IGNORECASE
)

MODSECURITY_WARNING = pattern(
    r"(?:\[client [^\]]+\] )?ModSecurity: (?!Access denied)(?:Warning|Rule|IPmatch|collection)"
)


def claim_of_module(message: str) -> str | None:
    """The class of a message that another program worded; None where it is the server's own.

    An application's complaint is not its answer: only what ends a script is a failed request.
    """
    if MODSECURITY_WARNING.match(message):
        return NONE  # it quotes what the client sent, and let it pass
    if not STDERR_OF_APPLICATION.match(message):
        return None
    if NO_SUCH_SCRIPT.search(message):
        return "bad_client_request"
    return "upstream_5xx" if APPLICATION_FAILED.search(message) else NONE
