"""The reference gateway: serves the same definitions as the gateway under suspicion, as Tyk 5.14 would.

A connection of a client (`client`) makes exchanges (`exchange`), one after another. An exchange finds its API (`apis`),
asks the API's guards (`guards`), picks a target (`targets`, `discovery`, `uptime`), passes the breaker (`breaker`) and
takes a connection from the API's pool (`pool`, `dial`, `upstream`). What goes wrong is a `Fault` in the gateway's own
words (`faults`, `tls`); what it did is a line of its log (`log`). All connections are read and sent in `rounds`.

`settings` reads tyk.conf and the environment, `definitions` the API definitions; `server` listens, reloads and drains.
"""
