-- What Pktgen-DPDK's two ports have counted: the devices' own figures, of moments in which nothing moves.
local counts = {}

function counts.read()
    local stats = pktgen.portStats("0,1", "port")
    local rows = {}
    for port = 0, 1 do
        local row = stats[port]
        rows[port] = { sent = row.opackets, received = row.ipackets, missed = row.imissed + row.rx_nombuf + row.ierrors }
    end
    return rows
end

local function same(a, b)
    for port = 0, 1 do
        if a[port].sent ~= b[port].sent or a[port].received ~= b[port].received then return false end
    end
    return true
end

-- Pktgen reads its devices' counters once a second: quiet is when two seconds brought nothing.
function counts.when_quiet()
    local before = counts.read()
    while true do
        pktgen.delay(2100)
        local now = counts.read()
        if same(before, now) then return now end
        before = now
    end
end

function counts.since(before, now)
    local rows = {}
    for port = 0, 1 do
        rows[port] = {}
        for what, count in pairs(now[port]) do
            rows[port][what] = count - before[port][what]
        end
    end
    return rows
end

return counts
