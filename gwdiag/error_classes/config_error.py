"""The configuration is wrong or could not be applied."""

from gwdiag.error_classes._words import any_of
from gwdiag.model.error_class import ErrorClass, Fault, Stage
from gwdiag.model.finding import Remedy

CONFIG_ERROR = ErrorClass(
    title="The configuration is wrong or could not be applied",
    means="The gateway could not load or apply a part of its configuration: a definition, a policy, a plugin, a "
    "certificate, a listening address.",
    at_fault=(Fault.CONFIGURATION,),
    stage=Stage.CONFIGURATION,
    pattern=any_of(
        r"\[emerg\]",
        r"bind\(\) to \S+ failed",
        r"\b(?:bind|listen)\b.{0,80}(?:permission denied|cannot assign requested address)",
        r"^(?!.*\bdial\b).*address already in use",
        "could not bind",
        r"host not found in \w",
        r"(?:couldn't|could not|cannot|can't|failed to|unable to|error) "
        r"(?:(?:un)?marshall?|pars(?:e|ing)|load(?:ing)?|decod(?:e|ing)|compil(?:e|ing)|apply(?:ing)?)\b.{0,60}"
        r"\b(?:config\w*|polic\w+|definitions?|APIs?|specs?|certificates?|templates?|bundles?|plugins?|modules?"
        r"|middleware|rules?|routes?|target URL|JSON|YAML|manifest)\b",
        r"(?:json: cannot unmarshal|yaml: (?:line|unmarshal))",
        "unsupported protocol scheme",
        "couldn't detect target",
        r"invalid (?:log level|configuration|config\b|directive|value in)",
        r"configuration (?:file )?(?:is )?(?:invalid|test failed|error)",
        r"unknown (?:directive|plugin|upstream|backend)",
        "no object matching key",
        r"error (?:obtaining|getting) service",
        r"\b(?:secret|service|configmap|certificate|plugin|file|middleware)\b.{0,120}\bdoes not exist\b",
        "failed to find any PEM data",
        r"\bparsing the configuration file: ",  # KrakenD
        "failure reloading the backend",  # ingress-nginx
        r"(?:creating|loading) (?:the )?TLS (?:config|certificate)",
        r"unsupported driver|plugin loader found",
        r"failed to add route",
        "exceed open file resource limit",
        "no resolver defined to resolve",
        r"plugin .{0,60}(?:not found|could not be loaded|failed to load)",
    ),
    mistaken_for=("upstream_dial_refused", "dns_not_found"),
    told_apart="It is written at start or reload, not with requests; what was not loaded answers 404 or keeps its "
    "old state.",
    causes=(
        "an error in a file that was just deployed",
        "a file, plugin, certificate or service that is named and not there",
        "another process on the port, or no right to bind it",
    ),
    next=(
        Remedy(
            text="Read the file at the place that the line names; check it",
            command="python3 -m json.tool FILE",
        ),
        Remedy(text="See what else the reload said", command="gwdiag logs {logs}"),
    ),
    runbook="gateway-own-faults#configuration-error",
)
