export type RedisScript = "reserve" | "settle" | "read" | "reset" | "get" | "put" | "status";

/**
 * The arithmetic of quota-rules.ts in Lua, one script a call: a script is atomic. All keys of a namespace share one
 * hash tag, so that a cluster keeps them in one place. ARGV[1] is the time; empty: that of the server. A count and a
 * reservation are one packed value each, read and written once, since a call from Lua costs more than the
 * arithmetic. Amounts are whole and go out as texts: clients
 * read large integers inexactly.
 */
const time = `
local P = KEYS[1]
local now
if ARGV[1] == '' then
  local t = redis.call('TIME')
  now = t[1] * 1000 + math.floor(t[2] / 1000)
else
  now = math.floor(tonumber(ARGV[1]))
end
local function whole(x) return string.format('%.0f', x) end
-- What has expired by the time above counts as absent; the server removes it a little later.
local function life(ms) return whole(math.max(0, math.ceil(ms)) + 60000) end
`;

/** A count: used, open, time of the level, refill, expiry. A reservation: the names below, then its limits. */
const shared = `${time}
local idle = 400 * 86400000
local SPENT, COUNTED, OPEN, STATE, RETURNS, TTL, DUE, LIMITS = 1, 2, 3, 4, 5, 6, 7, 8
local IS_OPEN, IS_LAPSED, IS_ENDED = 0, 1, 2
local call, max, min, floor, ceil = redis.call, math.max, math.min, math.floor, math.ceil
local pack, unpacked = cmsgpack.pack, cmsgpack.unpack
local seen, changed = {}, {}

local function quotaAt(key)
  local q = seen[key]
  if q then return q end
  local v = call('GET', P .. 'q:' .. key)
  if v then
    local u, o, a, r, x = unpacked(v)
    if x > now then
      if r > 0 then
        u = max(0, u - max(0, now - a) * r)
        a = now
      end
      q = { u = u, o = o, a = a, r = r, x = x }
    end
  end
  q = q or { u = 0, o = 0, a = now, r = 0, x = 0 }
  seen[key] = q
  return q
end

local function writeQuotas()
  for key, q in pairs(changed) do
    call('SET', P .. 'q:' .. key, pack(q.u, q.o, q.a, q.r, q.x), 'PX', life(q.x - now))
  end
end

local function heldOf(id)
  local v = call('GET', P .. 'h:' .. id)
  if v then return { unpacked(v) } end
end

-- In a namespace that is no longer used, no call sweeps what lapses: so it expires much later than it is due.
local function putHeld(id, h)
  call('SET', P .. 'h:' .. id, pack(unpack(h)), 'PX', life(h[DUE] - now + idle))
  call('ZADD', P .. 'due', h[DUE], id)
end

local function count(h, used, open)
  for at = LIMITS, #h, 4 do
    local key, refill, ends = h[at], h[at + 2], h[at + 3]
    local q = quotaAt(key)
    local isBucket = refill > 0
    local level = q.u + used
    if isBucket then level = level + open end
    level = max(0, level)
    local last = now + idle
    if isBucket then last = ceil(now + level / refill)
    elseif ends >= 0 then last = ends end
    q.u = level
    q.o = isBucket and 0 or max(0, q.o + open)
    q.a = now
    q.r = refill
    q.x = max(q.x, now + 2 * h[TTL], last)
    changed[key] = q
  end
end

local function roomOf(h, at)
  local q = quotaAt(h[at])
  return floor(h[at + 1] - q.u - q.o)
end

local function isOver(h, at) return h[at + 3] >= 0 and now >= h[at + 3] end

local function sweep()
  for _, id in ipairs(call('ZRANGEBYSCORE', P .. 'due', '-inf', now, 'LIMIT', 0, 32)) do
    local h = heldOf(id)
    if not h then
      call('ZREM', P .. 'due', id)
    elseif h[STATE] ~= IS_OPEN then
      call('DEL', P .. 'h:' .. id)
      call('ZREM', P .. 'due', id)
    else
      local spent = h[RETURNS] == 1 and 0 or h[OPEN]
      count(h, spent, -h[OPEN])
      h[COUNTED] = h[COUNTED] + spent
      h[OPEN] = 0
      h[STATE] = IS_LAPSED
      h[DUE] = now + h[TTL]
      putHeld(id, h)
    end
  end
end

local function granted(h, open)
  writeQuotas()
  local reply = { 'granted', whole(open), h[DUE], now }
  for at = LIMITS, #h, 4 do reply[#reply + 1] = whole(max(0, roomOf(h, at))) end
  return reply
end

local function refused(key, why, free)
  writeQuotas()
  return { 'refused', key, why, free, now }
end
`;

/** ARGV: time, id, amount, atLeast, ttlMs, 1 if what lapses comes back, then key, limit, refill, end of each limit. */
const reserve = `${shared}
sweep()
local id, amount, least, ttl = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local known = heldOf(id)
if known and known[STATE] ~= IS_LAPSED then return granted(known, known[OPEN]) end
local h = { known and known[SPENT] or 0, known and known[COUNTED] or 0, amount, IS_OPEN, tonumber(ARGV[6]), ttl, now + ttl }
for at = 7, #ARGV, 4 do
  local n = #h
  h[n + 1], h[n + 2], h[n + 3], h[n + 4] = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
end
for at = LIMITS, #h, 4 do
  if isOver(h, at) then return refused(h[at], 'window-over', '') end
  if least > h[at + 1] then return refused(h[at], 'too-large', '') end
end
local open = amount
for at = LIMITS, #h, 4 do
  local room = roomOf(h, at)
  if room < least and (least > 0 or amount == 0) then
    local free = ''
    if h[at + 2] > 0 then free = now + ceil((least - room) / h[at + 2])
    elseif h[at + 3] >= 0 then free = h[at + 3] end
    return refused(h[at], 'limit', free)
  end
  open = max(0, min(open, room))
end
h[OPEN] = open
count(h, 0, open)
putHeld(id, h)
call('PEXPIRE', P .. 'due', life(ttl + idle))
return granted(h, open)
`;

/** ARGV: time, id, spent, keep, ttlMs. */
const settle = `${shared}
sweep()
local id, spent, keep, ttl = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local h = heldOf(id)
if not h then
  writeQuotas()
  return { 'lapsed' }
end
local late = spent < h[SPENT]
if h[STATE] ~= IS_OPEN then
  if not late then
    count(h, spent - h[COUNTED], 0)
    h[SPENT] = spent
    h[COUNTED] = spent
    putHeld(id, h)
  end
  if h[STATE] == IS_LAPSED then
    writeQuotas()
    return { 'lapsed' }
  end
  return granted(h, 0)
end
if late then return granted(h, h[OPEN]) end
local delta = spent - h[COUNTED]
local rest = max(0, h[OPEN] - max(0, delta))
count(h, delta, rest - h[OPEN])
local more = keep - rest
if more > 0 then
  for at = LIMITS, #h, 4 do
    local room = 0
    if not isOver(h, at) then room = max(0, roomOf(h, at)) end
    more = min(more, room)
  end
end
count(h, 0, more)
h[SPENT] = spent
h[COUNTED] = spent
h[OPEN] = rest + more
h[TTL] = ttl
h[DUE] = now + ttl
if keep == 0 then h[STATE] = IS_ENDED end
putHeld(id, h)
return granted(h, h[OPEN])
`;

/** ARGV: time, keys. */
const read = `${shared}
sweep()
writeQuotas()
local reply = {}
for at = 2, #ARGV do
  local q = quotaAt(ARGV[at])
  reply[#reply + 1] = whole(ceil(q.u))
  reply[#reply + 1] = whole(q.o)
end
return reply
`;

/** ARGV: time, key, used. */
const reset = `${shared}
local q = quotaAt(ARGV[2])
q.u = tonumber(ARGV[3])
q.a = now
q.x = max(q.x, now + idle)
changed[ARGV[2]] = q
writeQuotas()
return 'OK'
`;

const entries = `${time}
local function entryOf(key)
  local v = redis.call('HMGET', P .. 'e:' .. key, 'v', 'w', 'x')
  if not v[1] or tonumber(v[3]) <= now then return '', '' end
  return v[1], v[2]
end
`;

/** ARGV: time, keys. An absent entry has two empty texts: a version is never empty. */
const get = `${entries}
local reply = {}
for at = 2, #ARGV do
  local value, version = entryOf(ARGV[at])
  reply[#reply + 1] = value
  reply[#reply + 1] = version
end
return reply
`;

/** ARGV: time, then for each write: key, expected version, new version, ttlMs, 1 if there is a value, value. */
const put = `${entries}
for at = 2, #ARGV, 6 do
  local _, version = entryOf(ARGV[at])
  if version == '' then version = 'none' end
  if ARGV[at + 1] ~= 'any' and ARGV[at + 1] ~= version then return { 'conflict', ARGV[at] } end
end
for at = 2, #ARGV, 6 do
  local k = P .. 'e:' .. ARGV[at]
  if ARGV[at + 4] == '1' then
    local ttl = tonumber(ARGV[at + 3])
    redis.call('HSET', k, 'v', ARGV[at + 5], 'w', ARGV[at + 2], 'x', whole(now + ttl))
    redis.call('PEXPIRE', k, life(ttl))
  else
    redis.call('DEL', k)
  end
end
return { 'written' }
`;

/** ARGV: time, epoch and format to set where there are none. Returns both and the time. */
const status = `${time}
redis.call('HSETNX', P .. 'meta', 'epoch', ARGV[2])
redis.call('HSETNX', P .. 'meta', 'format', ARGV[3])
local v = redis.call('HMGET', P .. 'meta', 'epoch', 'format')
return { v[1], v[2], whole(now) }
`;

export const scripts: Readonly<Record<RedisScript, string>> = {
  reserve,
  settle,
  read,
  reset,
  get,
  put,
  status,
};
