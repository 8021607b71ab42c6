export type RedisScript = "reserve" | "settle" | "read" | "reset" | "get" | "put" | "status";

/**
 * The arithmetic of quota-rules.ts in Lua, one script a call: a script is atomic. All keys of a namespace share one
 * hash tag, so that a cluster keeps them in one place. ARGV[1] is the time; empty: that of the server.
 *
 * Most of a script's time is Lua itself: a function that is defined costs more than a command. So the usual path has
 * none, and its parts are texts that are put in place. A count and a reservation are one packed value each. Open and
 * lapsed reservations are fields of one hash; an ended one is a key that expires by itself. Their order in time is
 * not kept: the field '' has a time before which none is due, and only from then on the hash is looked through, some
 * fields a call. Amounts are whole.
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
 * A count: used, open, time of the level, refill, expiry. A reservation: spent, counted, open, state (0 open, 1
 * lapsed, 2 ended), 1 if it returns, ttl, time at which it is due, then key, limit, refill and end of each limit.
 * What has expired by the time above counts as absent; the server removes it a minute later.
 */
const shared = `${time}
local idle = 34560000000
local call, max, min, floor, ceil = redis.call, math.max, math.min, math.floor, math.ceil
local pack, unpacked = cmsgpack.pack, cmsgpack.unpack
`;

/** Reads the counts of reservation `h` into `q`: used, open, refill, expiry at the places of each limit. */
const load = `
for at = 8, #h, 4 do
  local v, used, open, refill, expiry = call('GET', h[at]), 0, 0, 0, 0
  if v then
    local u, o, a, r, x = unpacked(v)
    if x > now then
      if r > 0 then u = max(0, u - max(0, now - a) * r) end
      used, open, refill, expiry = u, o, r, x
    end
  end
  q[at], q[at + 1], q[at + 2], q[at + 3] = used, open, refill, expiry
end
`;

/** Adds to what is used and open under all keys of a reservation. */
const count = (used: string, open: string): string => `
for at = 8, #h, 4 do
  local refill, level, rest, last = h[at + 2], q[at] + ${used}, 0, now + idle
  if refill > 0 then
    level = max(0, level + ${open})
    last = ceil(now + level / refill)
  else
    level = max(0, level)
    rest = max(0, q[at + 1] + ${open})
    if h[at + 3] >= 0 then last = h[at + 3] end
  end
  q[at], q[at + 1], q[at + 2] = level, rest, refill
  last = max(q[at + 3], now + 2 * h[6], last)
  if last ~= q[at + 3] then
    q[at + 3] = last
    q[-at] = true
  end
end
`;

const write = `
for at = 8, #h, 4 do
  local v = pack(q[at], q[at + 1], now, q[at + 2], q[at + 3])
  if q[-at] then call('SET', h[at], v, 'PX', max(0, q[at + 3] - now) + 60000)
  else call('SET', h[at], v, 'KEEPTTL') end
end
`;

/** Keeps the time before which nothing is due. The long field keeps the hash from being a list that is searched. */
const keep = `
call('HSET', KEYS[1], KEYS[2], pack(unpack(h)))
if not bound then
  call('HSET', KEYS[1], '', h[7], 'f', string.rep('-', 80))
  call('PEXPIRE', KEYS[1], 2 * idle)
elseif h[7] < bound then
  call('HSET', KEYS[1], '', h[7])
end
if least and h[7] < least then call('HSET', KEYS[1], 'm', h[7]) end
`;

/** Clients read integers near 2^53 inexactly, so that those are texts. */
const exact = `
for at = 1, #reply do
  if reply[at] > 4e15 then reply[at] = string.format('%.0f', reply[at]) end
end
return reply
`;

const granted = (open: string): string => `
local reply = { 1, ${open}, h[7], now }
for at = 8, #h, 4 do reply[at / 4 + 3] = max(0, floor(h[at + 1] - q[at] - q[at + 1])) end
${exact}
`;

/** Lets what is due lapse, and forgets what has lapsed: first the one asked for, and some others in a call. */
const sweep = (own: string): string => `
local least
if bound and now >= bound then
  local state = call('HMGET', KEYS[1], 'c', 'm')
  least = tonumber(state[2] or '9e15')
  local function look(id, value)
    local h, q = { unpacked(value) }, {}
    if h[7] > now then
      least = min(least, h[7])
    elseif h[4] == 1 then
      call('HDEL', KEYS[1], id)
    else
      ${load}
      local spent, open = 0, h[3]
      if h[5] ~= 1 then spent = open end
      ${count("spent", "-open")}
      ${write}
      h[2], h[3], h[4], h[7] = h[2] + spent, 0, 1, now + h[6]
      call('HSET', KEYS[1], id, pack(unpack(h)))
      least = min(least, h[7])
    end
  end
  ${own}
  local found = call('HSCAN', KEYS[1], state[1] or '0', 'COUNT', 64)
  for at = 1, #found[2], 2 do
    local id = found[2][at]
    if #id > 1 then
      local value = call('HGET', KEYS[1], id)
      if value then look(id, value) end
    end
  end
  if found[1] == '0' then
    call('HDEL', KEYS[1], 'c', 'm')
    call('HSET', KEYS[1], '', least)
    bound, least = least, nil
  else
    call('HSET', KEYS[1], 'c', found[1], 'm', least)
  end
  call('PEXPIRE', KEYS[1], 2 * idle)
end
`;

const begin = `${shared}
local s = call('HMGET', KEYS[1], '', KEYS[2])
local bound, value = tonumber(s[1] or nil), s[2]
${sweep(`
  if value then
    look(KEYS[2], value)
    value = call('HGET', KEYS[1], KEYS[2])
  end`)}
local h, q = nil, {}
if value then
  h = { unpacked(value) }
else
  value = call('GET', KEYS[2])
  if value then
    h = { unpacked(value) }
    if h[7] <= now then h = nil end
  end
end
`;

/**
 * KEYS: reservations, the reservation, key of each limit. ARGV: time, amount, atLeast, ttlMs, 1 if what lapses comes
 * back, then limit, refill and end of each.
 */
const reserve = `${begin}
if h and h[4] ~= 1 then
  ${load}
  ${granted("h[3]")}
end
local amount, needed, ttl = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local spent, counted = 0, 0
if h then spent, counted = h[1], h[2] end
h = { spent, counted, amount, 0, tonumber(ARGV[5]), ttl, now + ttl }
local n = 8
for at = 6, #ARGV, 3 do
  h[n], h[n + 1], h[n + 2], h[n + 3] = KEYS[at / 3 + 1], tonumber(ARGV[at]), tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local ends = h[n + 3]
  if ends >= 0 and now >= ends then return { 0, at / 3 - 2, 'window-over', '', now } end
  if needed > h[n + 1] then return { 0, at / 3 - 2, 'too-large', '', now } end
  n = n + 4
end
${load}
local open = amount
for at = 8, #h, 4 do
  local room = floor(h[at + 1] - q[at] - q[at + 1])
  if room < needed and (needed > 0 or amount == 0) then
    local free = ''
    if h[at + 2] > 0 then free = string.format('%.0f', now + ceil((needed - room) / h[at + 2]))
    elseif h[at + 3] >= 0 then free = string.format('%.0f', h[at + 3]) end
    return { 0, at / 4 - 2, 'limit', free, now }
  end
  open = max(0, min(open, room))
end
h[3] = open
${count("0", "open")}
${write}
${keep}
${granted("open")}
`;

/** KEYS: reservations, the reservation. ARGV: time, spent, keep, ttlMs. */
const settle = `${begin}
if not h then return { 0 } end
local spent, keep, ttl = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local late, delta = spent < h[1], spent - h[2]
${load}
if h[4] ~= 0 then
  if not late then
    ${count("delta", "0")}
    ${write}
    h[1], h[2] = spent, spent
    if h[4] == 1 then call('HSET', KEYS[1], KEYS[2], pack(unpack(h)))
    else call('SET', KEYS[2], pack(unpack(h)), 'PX', h[7] - now + 60000) end
  end
  if h[4] == 1 then return { 0 } end
  ${granted("0")}
end
if late then
  ${granted("h[3]")}
end
local rest = max(0, h[3] - max(0, delta))
local freed = rest - h[3]
${count("delta", "freed")}
local more = keep - rest
if more > 0 then
  for at = 8, #h, 4 do
    local room = 0
    if h[at + 3] < 0 or now < h[at + 3] then room = max(0, floor(h[at + 1] - q[at] - q[at + 1])) end
    more = min(more, room)
  end
end
if more ~= 0 then
  ${count("0", "more")}
end
${write}
h[1], h[2], h[3], h[6], h[7] = spent, spent, rest + more, ttl, now + ttl
if keep == 0 then
  h[4] = 2
  call('HDEL', KEYS[1], KEYS[2])
  call('SET', KEYS[2], pack(unpack(h)), 'PX', ttl + 60000)
else
  ${keep}
end
${granted("h[3]")}
`;

/** KEYS: reservations, then those of the counts. ARGV: time. */
const read = `${shared}
local bound = tonumber(call('HGET', KEYS[1], '') or nil)
${sweep("")}
local reply = {}
for at = 2, #KEYS do
  local h, q = { 0, 0, 0, 0, 0, 0, 0, KEYS[at] }, {}
  ${load}
  reply[#reply + 1] = ceil(q[8])
  reply[#reply + 1] = q[9]
end
${exact}
`;

/** KEYS: reservations, that of the count. ARGV: time, used. */
const reset = `${shared}
local h, q = { 0, 0, 0, 0, 0, 0, 0, KEYS[2] }, {}
${load}
q[8], q[11], q[-8] = tonumber(ARGV[2]), max(q[11], now + idle), true
${write}
return 1
`;

const entries = `${time}
local P = KEYS[1]
local function whole(x) return string.format('%.0f', x) end
-- What has expired by the time above counts as absent; the server removes it a little later.
local function life(ms) return whole(math.max(0, math.ceil(ms)) + 60000) end
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
local P = KEYS[1]
redis.call('HSETNX', P .. 'meta', 'epoch', ARGV[2])
redis.call('HSETNX', P .. 'meta', 'format', ARGV[3])
local v = redis.call('HMGET', P .. 'meta', 'epoch', 'format')
return { v[1], v[2], now }
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
