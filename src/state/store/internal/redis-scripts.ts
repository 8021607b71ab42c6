export type RedisScript = "reserve" | "settle" | "read" | "reset" | "get" | "put" | "status";

/**
 * The arithmetic of quota-rules.ts in Lua, one script a call: a script is atomic. All keys of a namespace share one
 * hash tag, so that a cluster keeps them in one place. Numbers go in and out as texts of 17 digits, since Lua would
 * cut them to 14. ARGV[1] is the time; empty: that of the server.
 */
const time = `
local P = KEYS[1]
local now
if ARGV[1] == '' then
  local t = redis.call('TIME')
  now = t[1] * 1000 + math.floor(t[2] / 1000)
else
  now = tonumber(ARGV[1])
end
local function text(x) return string.format('%.17g', x) end
-- What has expired by the time above counts as absent; the server removes it a little later.
local function expire(key, ms) redis.call('PEXPIRE', key, text(math.max(0, math.ceil(ms)) + 60000)) end
`;

const shared = `${time}
local idle = 400 * 86400000

local function quotaAt(key, refill)
  local v = redis.call('HMGET', P .. 'q:' .. key, 'u', 'o', 'a', 'r', 'x')
  if not v[1] or tonumber(v[5]) <= now then return { u = 0, o = 0, a = now, r = refill, x = 0 } end
  local q = { u = tonumber(v[1]), o = tonumber(v[2]), a = tonumber(v[3]), r = tonumber(v[4]), x = tonumber(v[5]) }
  if q.r > 0 then
    q.u = math.max(0, q.u - math.max(0, now - q.a) * q.r)
    q.a = now
  end
  return q
end

local function putQuota(key, q)
  local k = P .. 'q:' .. key
  redis.call('HSET', k, 'u', text(q.u), 'o', text(q.o), 'a', text(q.a), 'r', text(q.r), 'x', text(q.x))
  expire(k, q.x - now)
end

local function heldOf(id)
  local v = redis.call('HMGET', P .. 'h:' .. id, 's', 'c', 'o', 't', 'R', 'l', 'd', 'L')
  if not v[1] then return nil end
  return { s = tonumber(v[1]), c = tonumber(v[2]), o = tonumber(v[3]), t = v[4], R = v[5],
    l = tonumber(v[6]), d = tonumber(v[7]), L = v[8], limits = cjson.decode(v[8]) }
end

local function putHeld(id, h)
  local k = P .. 'h:' .. id
  redis.call('HSET', k, 's', text(h.s), 'c', text(h.c), 'o', text(h.o), 't', h.t, 'R', h.R, 'l', text(h.l),
    'd', text(h.d), 'L', h.L)
  redis.call('ZADD', P .. 'due', text(h.d), id)
  -- In a namespace that is no longer used, no call sweeps what lapses.
  expire(k, h.d - now + idle)
  expire(P .. 'due', h.d - now + idle)
end

local function count(h, used, open)
  for _, one in ipairs(h.limits) do
    local q = quotaAt(one.key, one.refill)
    local isBucket = one.refill > 0
    local level = q.u + used
    if isBucket then level = level + open end
    level = math.max(0, level)
    local last = now + idle
    if isBucket then last = math.ceil(now + level / one.refill)
    elseif one.ends >= 0 then last = one.ends end
    local stays = isBucket and 0 or math.max(0, q.o + open)
    putQuota(one.key, { u = level, o = stays, a = now, r = one.refill, x = math.max(q.x, now + 2 * h.l, last) })
  end
end

local function roomOf(one)
  local q = quotaAt(one.key, one.refill)
  return math.floor(one.limit - q.u - q.o)
end

local function isOver(one) return one.ends >= 0 and now >= one.ends end

local function sweep()
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', P .. 'due', '-inf', text(now), 'LIMIT', 0, 32)) do
    local h = heldOf(id)
    if not h then
      redis.call('ZREM', P .. 'due', id)
    elseif h.t ~= 'open' then
      redis.call('DEL', P .. 'h:' .. id)
      redis.call('ZREM', P .. 'due', id)
    else
      local spent = h.R == '1' and 0 or h.o
      count(h, spent, -h.o)
      h.c = h.c + spent
      h.o = 0
      h.t = 'lapsed'
      h.d = now + h.l
      putHeld(id, h)
    end
  end
end

local function granted(h, open)
  local reply = { 'granted', text(open), text(h.d), text(now) }
  for _, one in ipairs(h.limits) do reply[#reply + 1] = text(math.max(0, roomOf(one))) end
  return reply
end
`;

/** ARGV: time, id, amount, atLeast, limits as JSON, ttlMs, 1 if what lapses comes back. */
const reserve = `${shared}
sweep()
local id, amount, least, ttl = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[6])
local known = heldOf(id)
if known and known.t ~= 'lapsed' then return granted(known, known.o) end
local limits = cjson.decode(ARGV[5])
for _, one in ipairs(limits) do
  if isOver(one) then return { 'refused', one.key, 'window-over', '', text(now) } end
  if least > one.limit then return { 'refused', one.key, 'too-large', '', text(now) } end
end
local open = amount
for _, one in ipairs(limits) do
  local room = roomOf(one)
  if room < least and (least > 0 or amount == 0) then
    local free = ''
    if one.refill > 0 then free = text(now + math.ceil((least - room) / one.refill))
    elseif one.ends >= 0 then free = text(one.ends) end
    return { 'refused', one.key, 'limit', free, text(now) }
  end
  open = math.max(0, math.min(open, room))
end
local h = { s = known and known.s or 0, c = known and known.c or 0, o = open, t = 'open', R = ARGV[7], l = ttl,
  d = now + ttl, L = ARGV[5], limits = limits }
count(h, 0, open)
putHeld(id, h)
return granted(h, open)
`;

/** ARGV: time, id, spent, keep, ttlMs. */
const settle = `${shared}
sweep()
local id, spent, keep, ttl = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local h = heldOf(id)
if not h then return { 'lapsed' } end
local late = spent < h.s
if h.t ~= 'open' then
  if not late then
    count(h, spent - h.c, 0)
    h.s = spent
    h.c = spent
    putHeld(id, h)
  end
  if h.t == 'lapsed' then return { 'lapsed' } end
  return granted(h, 0)
end
if late then return granted(h, h.o) end
local delta = spent - h.c
local rest = math.max(0, h.o - math.max(0, delta))
count(h, delta, rest - h.o)
local more = keep - rest
if more > 0 then
  for _, one in ipairs(h.limits) do
    local room = 0
    if not isOver(one) then room = math.max(0, roomOf(one)) end
    more = math.min(more, room)
  end
end
count(h, 0, more)
h.s = spent
h.c = spent
h.o = rest + more
h.l = ttl
h.d = now + ttl
if keep == 0 then h.t = 'ended' end
putHeld(id, h)
return granted(h, h.o)
`;

/** ARGV: time, keys. */
const read = `${shared}
sweep()
local reply = {}
for at = 2, #ARGV do
  local q = quotaAt(ARGV[at], 0)
  reply[#reply + 1] = text(math.ceil(q.u))
  reply[#reply + 1] = text(q.o)
end
return reply
`;

/** ARGV: time, key, used. */
const reset = `${shared}
local q = quotaAt(ARGV[2], 0)
q.u = tonumber(ARGV[3])
q.a = now
q.x = math.max(q.x, now + idle)
putQuota(ARGV[2], q)
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
    redis.call('HSET', k, 'v', ARGV[at + 5], 'w', ARGV[at + 2], 'x', text(now + ttl))
    expire(k, ttl)
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
return { v[1], v[2], text(now) }
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
