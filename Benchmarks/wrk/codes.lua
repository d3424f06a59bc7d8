-- Opens the URL until $COUNT codes came back in redirects, writes them one a line to the file $CODES and ends the program.
local file = assert(io.open(assert(os.getenv("CODES")), "wb"))
local left = tonumber(os.getenv("COUNT"))
function response(status, headers)
    local code = status == 303 and (headers["Location"] or headers["location"] or ""):match("[?&]code=([^&]+)")
    if code then
        left = left - 1
        file:write(code, "\n")
        if left == 0 then
            file:close()
            os.exit(0)
        end
    end
end
