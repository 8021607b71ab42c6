export type RedisScript = "batch" | "read" | "reset" | "get" | "put" | "status";

/**
 * The arithmetic of quota-rules.ts in Lua: a script is atomic. All keys of a namespace share one hash tag, so that a
 * cluster keeps them in one place. ARGV[1] is the time; empty: that of the server.
 *
 * Most of a script's time is its start, the functions that it defines and its commands. So a script does what calls
 * ask for at one moment, in their order, and reads and writes each value once. A count and a reservation are one
 * packed value each. Open and lapsed reservations are fields of one hash; an ended one is a key that expires by
 * itself. Their order in time is not kept: the field '' has a time before which none is due, and only from then on
 * the hash is looked through, some fields a script. Amounts are whole.
 */
const time = `
local now
if ARGV[1] == '' then
  local t = redis.call('TIME')
  now = t[1] * 1000 + math.floor(t[2] / 1000)
else
  now = math.floor(tonumber(ARGV[1]))
end
`;

/**
 * A count: used, open, time of the level, refill, expiry. A reservation: the names below, then key, limit, refill and
 * end of each limit. What has expired by the time above counts as absent; the server removes it a minute later.
 *
 * What others have written under these names concerns itself alone. A count that cannot be read is used up, whatever
 * the limit, until it is reset or removed; a reservation that cannot be read is absent.
 */
const shared = `${time}
local idle = 34560000000
local SPENT, COUNTED, OPEN, STATE, RETURNS, TTL, DUE, LIMITS = 1, 2, 3, 4, 5, 6, 7, 8
local IS_OPEN, IS_LAPSED, IS_ENDED = 0, 1, 2
local call, max, min, floor, ceil = redis.call, math.max, math.min, math.floor, math.ceil
local pack, unpacked, format = cmsgpack.pack, cmsgpack.unpack, string.format
local seen, changed = {}, {}
local most = 9007199254740991

-- Clients read integers near 2^53 inexactly.
local function whole(x)
  if x > 4e15 then return format('%.0f', x) end
  return x
end

local function isCount(x) return type(x) == 'number' and x >= 0 end

local function quotaAt(key)
  local q = seen[key]
  if q then return q end
  local v = redis.pcall('GET', key)
  if v then
    local isRead, u, o, a, r, x, more = false
    if not v.err then isRead, u, o, a, r, x, more = pcall(unpacked, v) end
    if not (isRead and more == nil and isCount(u) and isCount(o) and isCount(a) and isCount(r) and isCount(x)) then
      q = { u = most, o = 0, r = 0, x = 0, known = 0, isBad = true }
    elseif x > now then
      if r > 0 then u = max(0, u - max(0, now - a) * r) end
      q = { u = min(most, u), o = min(most, o), r = r, x = x, known = x }
    end
  end
  q = q or { u = 0, o = 0, r = 0, x = 0, known = 0 }
  seen[key] = q
  return q
end

local function listOf(isRead, ...) return isRead and { ... } or {} end

local function readReservation(v)
  local h = listOf(pcall(unpacked, v))
  if #h < LIMITS + 3 or #h % 4 ~= 3 then return nil end
  for at = 1, DUE do
    if not isCount(h[at]) then return nil end
  end
  for at = LIMITS, #h, 4 do
    if not (type(h[at]) == 'string' and isCount(h[at + 1]) and isCount(h[at + 2])) then return nil end
    if not (isCount(h[at + 3]) or h[at + 3] == -1) then return nil end
  end
  return h
end

local function writeQuotas()
  for key, q in pairs(changed) do
    local v = pack(q.u, q.o, now, q.r, q.x)
    if q.x == q.known then call('SET', key, v, 'KEEPTTL')
    else call('SET', key, v, 'PX', min(9e15, max(0, q.x - now)) + 60000) end
  end
end

local function count(h, used, open)
  for at = LIMITS, #h, 4 do
    local key, refill, ends = h[at], h[at + 2], h[at + 3]
    local q, last = quotaAt(key), now + idle
    if not q.isBad then
      if refill > 0 then
        q.u = min(most, max(0, q.u + used + open))
        q.o = 0
        last = ceil(now + q.u / refill)
      else
        q.u = min(most, max(0, q.u + used))
        q.o = min(most, max(0, q.o + open))
        if ends >= 0 then last = ends end
      end
      q.r = refill
      q.x = max(q.x, now + 2 * h[TTL], last)
      changed[key] = q
    end
  end
end

local function roomOf(h, at)
  local q = quotaAt(h[at])
  return floor(h[at + 1] - q.u - q.o)
end

-- Lets a reservation lapse, or forgets one that has lapsed, and returns what is left of it.
local function lapse(id, h)
  if h[STATE] == IS_LAPSED then
    call('HDEL', KEYS[1], id)
    return nil
  end
  local spent = h[RETURNS] == 1 and 0 or h[OPEN]
  count(h, spent, -h[OPEN])
  h[COUNTED], h[OPEN], h[STATE], h[DUE] = min(most, h[COUNTED] + spent), 0, IS_LAPSED, now + h[TTL]
  call('HSET', KEYS[1], id, pack(unpack(h)))
  return h
end

local bound, least = tonumber(call('HGET', KEYS[1], '') or nil), nil
-- What is no number is due.
if bound and not (now < bound) then
  local state = call('HMGET', KEYS[1], 'c', 'm')
  least = tonumber(state[2] or nil) or 9e15
  local found = call('HSCAN', KEYS[1], (state[1] or ''):match('^%d+$') or '0', 'COUNT', 64)
  for at = 1, #found[2], 2 do
    local id, h = found[2][at], nil
    -- Other fields have names of one letter.
    if #id > 1 then
      h = readReservation(found[2][at + 1])
      if not h then call('HDEL', KEYS[1], id) end
    end
    if h and h[DUE] <= now then h = lapse(id, h) end
    if h then least = min(least, h[DUE]) end
  end
  if found[1] == '0' then
    call('HDEL', KEYS[1], 'c', 'm')
    call('HSET', KEYS[1], '', format('%.0f', least))
    bound, least = least, nil
  else
    call('HSET', KEYS[1], 'c', found[1], 'm', format('%.0f', least))
  end
  call('PEXPIRE', KEYS[1], 2 * idle)
end
`;

/**
 * KEYS: reservations, then those of the calls. ARGV: time, and a JSON list with the numbers of all calls, since that
 * is read faster than texts. Of each call: the number of its limits, the place of its reservation in KEYS, and: to
 * reserve amount, atLeast, ttlMs, 1 if what lapses comes back, and place in KEYS, limit, refill and end of each limit;
 * to settle, of which the number is 0, spent, keep, ttlMs. Returns an answer to each.
 */
const batch = `${shared}
local held, touched = {}, {}
local given = cjson.decode(ARGV[2])

local function granted(h, open)
  local reply = { 1, whole(open), h[DUE], now }
  for at = LIMITS, #h, 4 do reply[at / 4 + 3] = whole(max(0, roomOf(h, at))) end
  return reply
end

local function reserve(id, arg, limits)
  local h = held[id]
  if h and h[STATE] ~= IS_LAPSED then return granted(h, h[OPEN]) end
  local amount, needed, ttl = given[arg], given[arg + 1], given[arg + 2]
  h = { h and h[SPENT] or 0, h and h[COUNTED] or 0, amount, IS_OPEN, given[arg + 3], ttl, now + ttl, '', 0, 0, 0 }
  local at = LIMITS
  for one = 1, limits do
    arg = arg + 4
    local limit, ends = given[arg + 1], given[arg + 3]
    h[at], h[at + 1], h[at + 2], h[at + 3] = KEYS[given[arg]], limit, given[arg + 2], ends
    if ends >= 0 and now >= ends then return { 0, one, 'window-over', '', now } end
    if needed > limit then return { 0, one, 'too-large', '', now } end
    at = at + 4
  end
  local open = amount
  for at = LIMITS, #h, 4 do
    local room = roomOf(h, at)
    if room < needed and (needed > 0 or amount == 0) then
      local free = ''
      if seen[h[at]].isBad then free = ''
      elseif h[at + 2] > 0 then free = format('%.0f', now + ceil((needed - room) / h[at + 2]))
      elseif h[at + 3] >= 0 then free = format('%.0f', h[at + 3]) end
      return { 0, at / 4 - 1, 'limit', free, now }
    end
    open = max(0, min(open, room))
  end
  h[OPEN] = open
  count(h, 0, open)
  held[id], touched[id] = h, h
  return granted(h, open)
end

local function settle(id, arg)
  local h = held[id]
  if not h then return { 0 } end
  local spent, keep, ttl = given[arg], given[arg + 1], given[arg + 2]
  local late, delta = spent < h[SPENT], spent - h[COUNTED]
  if h[STATE] ~= IS_OPEN then
    if not late then
      count(h, delta, 0)
      h[SPENT], h[COUNTED] = spent, spent
      touched[id] = h
    end
    if h[STATE] == IS_LAPSED then return { 0 } end
    return granted(h, 0)
  end
  if late then return granted(h, h[OPEN]) end
  local rest = max(0, h[OPEN] - max(0, delta))
  count(h, delta, rest - h[OPEN])
  local more = keep - rest
  if more > 0 then
    for at = LIMITS, #h, 4 do
      local room = 0
      if h[at + 3] < 0 or now < h[at + 3] then room = max(0, roomOf(h, at)) end
      more = min(more, room)
    end
  end
  if more ~= 0 then count(h, 0, more) end
  h[SPENT], h[COUNTED], h[OPEN], h[TTL], h[DUE] = spent, spent, rest + more, ttl, now + ttl
  if keep == 0 then h[STATE] = IS_ENDED end
  touched[id] = h
  return granted(h, h[OPEN])
end

local ids, arg = {}, 1
while arg <= #given do
  ids[#ids + 1] = KEYS[given[arg + 1]]
  arg = arg + (given[arg] == 0 and 5 or 6 + 4 * given[arg])
end
local values, absent = call('HMGET', KEYS[1], unpack(ids)), {}
for at, id in ipairs(ids) do
  if not values[at] then
    absent[#absent + 1] = id
  elseif not held[id] then
    local h = readReservation(values[at])
    if h and h[DUE] <= now then h = lapse(id, h) end
    held[id] = h
  end
end
if #absent > 0 then
  values = call('MGET', unpack(absent))
  for at, id in ipairs(absent) do
    if values[at] then
      local h = readReservation(values[at])
      if h and h[DUE] > now then held[id] = h end
    end
  end
end

local replies = {}
arg = 1
for at, id in ipairs(ids) do
  local limits = given[arg]
  if limits == 0 then
    replies[at] = settle(id, arg + 2)
    arg = arg + 5
  else
    replies[at] = reserve(id, arg + 2, limits)
    arg = arg + 6 + 4 * limits
  end
end

writeQuotas()
local kept, ended, first = {}, {}, nil
for id, h in pairs(touched) do
  local v = pack(unpack(h))
  if h[STATE] == IS_ENDED then
    ended[#ended + 1] = id
    call('SET', id, v, 'PX', max(0, h[DUE] - now) + 60000)
  else
    kept[#kept + 1] = id
    kept[#kept + 1] = v
    first = min(first or h[DUE], h[DUE])
  end
end
if #ended > 0 then call('HDEL', KEYS[1], unpack(ended)) end
if #kept > 0 then
  call('HSET', KEYS[1], unpack(kept))
  -- The long field keeps the hash from being a list that is searched from its start.
  if not bound then
    call('HSET', KEYS[1], '', format('%.0f', first), 'f', string.rep('-', 80))
    call('PEXPIRE', KEYS[1], 2 * idle)
  elseif first < bound then
    call('HSET', KEYS[1], '', format('%.0f', first))
  end
  if least and first < least then call('HSET', KEYS[1], 'm', format('%.0f', first)) end
end
return replies
`;

/** KEYS: reservations, then those of the counts. ARGV: time. */
const read = `${shared}
writeQuotas()
local reply = {}
for at = 2, #KEYS do
  local q = quotaAt(KEYS[at])
  reply[#reply + 1] = whole(ceil(q.u))
  reply[#reply + 1] = whole(q.o)
end
return reply
`;

/** KEYS: reservations, that of the count. ARGV: time, used. */
const reset = `${shared}
local q = quotaAt(KEYS[2])
-- A key whose expiry changes is replaced, whatever its type was.
if q.isBad then q.u, q.o, q.x = 0, 0, 0 end
q.u = tonumber(ARGV[2])
q.x = max(q.x, now + idle)
changed[KEYS[2]] = q
writeQuotas()
return { 1 }
`;

const entries = `${time}
local P = KEYS[1]
local function whole(x) return string.format('%.0f', x) end
-- What has expired by the time above counts as absent; the server removes it a little later.
local function life(ms) return whole(math.max(0, math.ceil(ms)) + 60000) end
local function entryOf(key)
  local v = redis.pcall('HMGET', P .. 'e:' .. key, 'v', 'w', 'x')
  -- A key of another type concerns itself alone, and no version is its own.
  if v.err then return '', 'unreadable' end
  if not v[1] or (tonumber(v[3] or nil) or 0) <= now then return '', '' end
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
    if redis.call('TYPE', k).ok ~= 'hash' then redis.call('DEL', k) end
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
local P = KEYS[1]
-- No call could be answered with these: said here, so that a store is not taken to be back.
for _, k in ipairs({ P .. 'meta', P .. 'open' }) do
  local found = redis.call('TYPE', k).ok
  if found ~= 'hash' and found ~= 'none' then return redis.error_reply('OTHERTYPE ' .. k) end
end
redis.call('HSETNX', P .. 'meta', 'epoch', ARGV[2])
redis.call('HSETNX', P .. 'meta', 'format', ARGV[3])
-- As long as its counts may, so that a namespace that is left goes as a whole.
redis.call('PEXPIRE', P .. 'meta', 69120000000)
local v = redis.call('HMGET', P .. 'meta', 'epoch', 'format')
return { v[1], v[2], now }
`;

export const scripts: Readonly<Record<RedisScript, string>> = {
  batch,
  read,
  reset,
  get,
  put,
  status,
};
