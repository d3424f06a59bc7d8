-- Redeems assertions that were signed before: each line of the file $FORMS is a form, and each is sent once. When all are spent
-- before the time is up the program ends at once and says so with "refused":-1: it cannot know then what was refused.
dofile(os.getenv("WRK") .. "/report.lua")
local ffi = require("ffi")
ffi.cdef "typedef struct { long seconds, nanoseconds; } Instant; int clock_gettime(int, Instant *);"
local instant = ffi.new("Instant")
local function now()
    ffi.C.clock_gettime(1, instant)
    return tonumber(instant.seconds) * 1e6 + tonumber(instant.nanoseconds) / 1e3
end

local requests, sent, began = {}, 0, nil
function init()
    local headers = { ["Content-Type"] = "application/x-www-form-urlencoded" }
    for line in io.lines(assert(os.getenv("FORMS"))) do
        requests[#requests + 1] = wrk.format("POST", "/oauth/token", headers, line)
    end
end

function request()
    began = began or now()
    sent = sent + 1
    if sent > #requests then
        io.write(string.format('RESULT {"requests":%d,"microseconds":%d,"refused":-1,"broken":0,"p50":0,"p99":0}\n', #requests, now() - began))
        io.flush()
        os.exit(0)
    end
    return requests[sent]
end
