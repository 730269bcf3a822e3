"""Names to draw from. None of them stands for anything: a diagnosis that depends on one is wrong."""

SUBJECTS = (
    "Parcels", "Bookings", "Invoices", "Ledger", "Customers", "Loyalty", "Tickets", "Pricing", "Stock", "Couriers",
    "Menus", "Reviews", "Sessions", "Profiles", "Vouchers", "Meters", "Tariffs", "Prescriptions", "Patients", "Lessons",
    "Grades", "Listings", "Messages", "Alerts", "Geocoder", "Exchange Rates", "Weather", "Mandates", "Quotes",
)  # fmt: skip
COMPANIES = ("acme", "northwind", "umbra", "kestrel", "tallinn", "hawthorn", "orbit", "delta")
DOMAINS = (
    "{company}.internal",
    "svc.{company}.example",
    "{company}.test",
    "apps.{company}.example.com",
    "int.{company}",
)
NODES = ("gw{n:02}", "edge-{l}", "tyk-{n}", "apigw-{n}", "gateway-{l}", "dc1-gw-{n}")
