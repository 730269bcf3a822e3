# Tyk text with mawk: requests, their total and longest time, by minute, API, flag or status and upstream; messages by their
# words. No percentiles: awk has no sort.
/ prefix=access-log / {
    minute = substr($0, 7, 16)
    i = index($0, " api_id="); api = substr($0, i + 8, 40); sub(/ .*/, "", api)
    i = index($0, " latency_total="); took = substr($0, i + 15, 8) + 0
    i = index($0, " response_flag=")
    if (i) ended = substr($0, i + 15, 3)
    else { i = index($0, " status="); ended = substr($0, i + 8, 3) }
    i = index($0, " upstream_addr="); upstream = substr($0, i + 15, 60)
    sub(/^[^:]*:\/\//, "", upstream); sub(/\/.*/, "", upstream)
    key = minute SUBSEP api SUBSEP ended SUBSEP upstream
    count[key]++; total[key] += took; if (took > longest[key]) longest[key] = took
    next
}
/ message="/ {
    if (/context canceled/) error["client_canceled"]++
    else if (/i\/o timeout/) error["upstream_dial_timeout"]++
    else if (/connection refused/) error["upstream_dial_refused"]++
    else if (/no such host/) error["dns_not_found"]++
    else if (/signed by unknown authority/) error["tls_unknown_authority"]++
    else if (/certificate has expired/) error["tls_cert_expired"]++
    else if (/reset by peer/) error["upstream_reset"]++
    else if (/awaiting response headers/) error["upstream_response_timeout"]++
    else if (/: EOF/) error["upstream_closed"]++
}
END {
    for (key in count) { requests += count[key]; groups++; took_all += total[key] }
    printf "{\"requests\": %d, \"groups\": %d, \"took\": %.0f, \"errors\": {", requests, groups, took_all
    for (name in error) printf "%s\"%s\": %d", (n++ ? ", " : ""), name, error[name]
    print "}}"
}
