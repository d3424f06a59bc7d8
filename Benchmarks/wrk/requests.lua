-- The requests of the file $REQUESTS in turn: each line is a method, a path, a bearer token or all of an Authorization field, and,
-- maybe, a JSON body or a form, with tabs between.
dofile(os.getenv("WRK") .. "/report.lua")
local requests, sent = {}, 0
function init()
    for line in io.lines(assert(os.getenv("REQUESTS"))) do
        local method, path, token, body = line:match("^([^\t]+)\t([^\t]+)\t([^\t]+)\t?(.*)$")
        local headers = { ["Authorization"] = token:find(" ") and token or "Bearer " .. token }
        if body == "" then
            body = nil
        else
            headers["Content-Type"] = body:find("^{") and "application/json" or "application/x-www-form-urlencoded"
        end
        requests[#requests + 1] = wrk.format(method, path, headers, body)
    end
    assert(#requests > 0, "no requests")
end

function request()
    sent = sent % #requests + 1
    return requests[sent]
end
