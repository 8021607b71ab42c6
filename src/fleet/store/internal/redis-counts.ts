import { time } from "./redis-time.ts";

/**
 * The arithmetic of quota-rules.ts in Lua: a script is atomic. All keys of a namespace share one hash tag, so that a
 * cluster keeps them in one place. ARGV[1] is the time; empty: that of the server.
 *
 * Most of a script's time is its start, the functions that it defines and its commands. So a script does what calls
 * ask for at one moment, in their order, and reads and writes each value once. A count and a reservation are one
 * packed value each. Open and lapsed reservations are fields of one hash; an ended one is a key that expires by
 * itself. Their order in time is not kept: the field '' has a time before which none is due, and only from then on
 * the hash is looked through, some fields a script. Amounts are whole.
 *
 * A count: used, open, time of the level, refill, expiry. A reservation: the names below, then key, limit, refill and
 * end of each limit. What has expired by the time above counts as absent; the server removes it a minute later.
 *
 * What others have written under these names concerns itself alone. A count that cannot be read is used up, whatever
 * the limit, until it is reset or removed; a reservation that cannot be read is absent.
 */
export const counts: string = `${time}
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
-- What is not a number is due.
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
