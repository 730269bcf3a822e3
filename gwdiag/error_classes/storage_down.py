"""The gateway's own store is unreachable or failing, whatever network text the line has."""

from gwdiag.error_classes._words import any_of
from gwdiag.model.error_class import ErrorClass, Fault, Stage
from gwdiag.model.finding import Remedy, Severity

STORE = r"(?:redis|etcd|postgres(?:ql)?|cassandra|mongo(?:db)?|mysql|elasticsearch|dynamodb)"
TROUBLE = (
    r"(?:fail|error|refused|i/o timeout|timed? ?out\b|reset by peer|no such host|no route to host|broken pipe|\bEOF\b"
    r"|unavailable|unreachable|disconnect|lost|closed|not ready|either down|not configured)"
)

STORAGE_DOWN = ErrorClass(
    title="The gateway's own store fails",
    means="The gateway cannot reach, or gets errors from, its own store: Redis, etcd or a database. Keys, quotas, "
    "rate limits and configuration live there.",
    at_fault=(Fault.NETWORK, Fault.NODE, Fault.CONFIGURATION),
    stage=Stage.STORE,
    pattern=any_of(
        rf"^(?!.*http: proxy error).*\b{STORE}\b.{{0,200}}{TROUBLE}",
        r"(?:could not|cannot|can't|failed|unable|error|timeout)\b.{0,80}"
        rf"\b(?:{STORE}|database|storage|key-?value store)\b",
        r"\bredis: (?!nil\b)[a-z]",
        r"\bstorage: (?:timeout|error|fail|disconnect|lost|.{0,40}either down)",
        # Tyk's store layer, which names its own step and not the store
        r"\berror (?:trying to|while) (?:publish|receiv|get|set|increment|decrement|delet|append|remov|fetch|check)\w*"
        r"(?: to)? (?:pubsub|message|value|expire|set|(?:client |raw )?keys?)\b(?!.*not found)",
        "^(?:Multi|ZADD|ZRANGEBYSCORE|ZREMRANGEBYSCORE|LREM|LRANGE) command failed",
        "^could not send notification: ",
        r"\[(?:postgres|cassandra|PostgreSQL error)\]",
        r"\betcdserver: ",
        "no reachable servers|server selection (?:error|timeout)|all hosts tried for query failed",
        # answers of Redis itself
        r"\b(?:CLUSTERDOWN|NOAUTH|WRONGPASS|MASTERDOWN)\b|\bMOVED \d+ \S+:\d+|\bERR unknown command\b",
        "Redis is loading the dataset",
        r"^(?!.*http: proxy error).*\bdial tcp \S+:(?:6379|6380|26379|2379|5432|9042|27017): ",
    ),
    mistaken_for=("auth_failed", "upstream_dial_refused", "upstream_reset"),
    told_apart="The line names the store, or its port. With Redis gone Tyk answers `Access to this API has been "
    "disallowed` (403) to good keys, while keyless APIs go on.",
    causes=(
        "the store is down, failing over or out of memory",
        "the network or a firewall between node and store",
        "more connections than the store allows (maxclients)",
    ),
    next=(
        Remedy(text="Ask Redis from the node", command="redis-cli -h REDIS_HOST -p 6379 --latency -i 1"),
        Remedy(
            text="See role, memory and clients",
            command="redis-cli -h REDIS_HOST info replication memory clients",
        ),
    ),
    runbook="gateway-own-faults#storage-down",
    severity=Severity.CRITICAL,
)
