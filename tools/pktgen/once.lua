-- One run of an exported profile on a tester of its own: PROFILE.lua sets `profile` and comes here.
local here = string.match(debug.getinfo(1, "S").source, "^@(.*/)") or ""
local counts = dofile(here .. "counts.lua")

pktgen.screen("off")
pktgen.set(profile.port, "count", 0)
pktgen.set(profile.port, "rate", profile.percent)
local before = counts.when_quiet()
pktgen.start(profile.port)
pktgen.delay(profile.seconds * 1000)
pktgen.stop(profile.port)

local sent, received, missed = 0, 0, 0
for _, row in pairs(counts.since(before, counts.when_quiet())) do
    sent, received, missed = sent + row.sent, received + row.received, missed + row.missed
end
print(string.format("%s: %d %% of the link for %d s: sent %d, received %d, lost %d, of which our own NIC missed %d",
    profile.name, profile.percent, profile.seconds, sent, received, sent - received, missed))
print("Where the others are: sluicectl drops, and `missed` in sluicectl ports, on the node.")
pktgen.quit()
