"""The stages on the way to an upstream, in their order: dns, tcp, tls, http, reuse, idle; redis in place of http.

Each file has the looking (sockets, files), and beside it plain functions that say what was seen: a fault, remarks.
"""
