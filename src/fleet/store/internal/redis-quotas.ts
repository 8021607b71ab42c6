import { counts } from "./redis-counts.ts";

/**
 * KEYS: reservations, then those of the calls. ARGV: time, and a JSON list with the numbers of all calls, since that
 * is read faster than texts. Of each call: the number of its limits, the place of its reservation in KEYS, and: to
 * reserve amount, atLeast, ttlMs, 1 if what lapses comes back, and place in KEYS, limit, refill and end of each limit;
 * to settle, of which the number is 0, spent, keep, ttlMs. Returns an answer to each.
 */
export const batch: string = `${counts}
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
      local counted = max(spent, min(h[COUNTED], spent + keep))
      count(h, counted - h[COUNTED], 0)
      h[SPENT], h[COUNTED] = spent, counted
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
export const read: string = `${counts}
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
export const reset: string = `${counts}
local q = quotaAt(KEYS[2])
-- A key whose expiry changes is replaced, whatever its type was.
if q.isBad then q.u, q.o, q.x = 0, 0, 0 end
q.u = tonumber(ARGV[2])
q.x = max(q.x, now + idle)
changed[KEYS[2]] = q
writeQuotas()
return { 1 }
`;
