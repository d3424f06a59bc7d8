-- Fetches $COUNT challenges, writes them one a line to the file $CHALLENGES and ends the program.
local file = assert(io.open(assert(os.getenv("CHALLENGES")), "wb"))
local left = tonumber(os.getenv("COUNT"))
wrk.method = "POST"
wrk.body = ""
function response(status, _, body)
    local challenge = body:match('"challenge"%s*:%s*"([^"]+)"')
    if status == 200 and challenge then
        left = left - 1
        file:write(challenge, "\n")
        if left == 0 then
            file:close()
            os.exit(0)
        end
    end
end
