-- For wrk: each request has a query and an id of its own, and the headers of a service that calls another.
local count = 0

wrk.headers["User-Agent"] = "orders-service/1.4 (linux; amd64)"
wrk.headers["Accept"] = "application/json"
wrk.headers["Accept-Encoding"] = "gzip, deflate"
wrk.headers["Authorization"] = "Bearer " .. string.rep("x", 120)
wrk.headers["Cache-Control"] = "no-cache"

request = function()
  count = count + 1
  wrk.headers["X-Request-Id"] = string.format("b3f0c2d4-0000-4000-8000-%012d", count)
  return wrk.format("GET", wrk.path .. "?number=" .. count)
end
