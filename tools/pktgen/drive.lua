-- Drives Pktgen-DPDK by orders from a pipe, for every profile: the profile is in the frames (pktgen -s PORT:FILE), which
-- profiles.py describes. Each order is a line, each answer a line of JSON; generator.cpp speaks the same.
--   send PPS MILLISECONDS    at that rate for that long
--   count PPS FRAMES         that many frames of each sending port
-- Started by generators.py with SLUICE_ORDERS and SLUICE_ANSWERS (pipes), SLUICE_PORTS ("0", "1" or "0,1": those that
-- send), SLUICE_HERTZ (of the time stamp counter).
local here = string.match(debug.getinfo(1, "S").source, "^@(.*/)") or ""
local counts = dofile(here .. "counts.lua")

local sending = os.getenv("SLUICE_PORTS")
local hertz = tonumber(os.getenv("SLUICE_HERTZ"))
local burst = 32
local senders = select(2, string.gsub(sending, "%d", ""))
local before = nil -- what the last order ended with

local function is_sending()
    for _, state in pairs(pktgen.isSending(sending)) do
        if state == "y" then return true end
    end
    return false
end

local function run(pps, milliseconds, frames)
    before = before or counts.when_quiet()
    pktgen.set(sending, "count", frames)
    -- Of all ports: a core paces everything it sends by the cycles of its first port.
    pktgen.set("0,1", "cycles", math.floor(hertz * burst * senders / pps))
    pktgen.start(sending)
    if milliseconds > 0 then pktgen.delay(milliseconds) end
    while frames > 0 and is_sending() do
        pktgen.delay(10)
        milliseconds = milliseconds + 10
    end
    pktgen.stop(sending)
    local now = counts.when_quiet()
    local ports = {}
    for port, row in pairs(counts.since(before, now)) do
        ports[port + 1] = string.format('{"sent": %d, "received": %d, "missed": %d}', row.sent, row.received, row.missed)
    end
    before = now
    return string.format('{"ports": [%s], "sending_ns": %d}', table.concat(ports, ", "), milliseconds * 1000000)
end

pktgen.screen("off")
pktgen.set("0,1", "burst", burst)
local answers = io.open(os.getenv("SLUICE_ANSWERS"), "w")
local orders = io.open(os.getenv("SLUICE_ORDERS"), "r")
local function answer(line)
    answers:write(line, "\n")
    answers:flush()
end

answer("ready")
for line in orders:lines() do
    local verb, pps, amount = string.match(line, "^(%a+) (%d+) (%d+)$")
    if verb == "send" then
        answer(run(tonumber(pps), tonumber(amount), 0))
    elseif verb == "count" then
        answer(run(tonumber(pps), 0, tonumber(amount)))
    else
        answer('{"error": "no order"}')
    end
end
pktgen.quit()
