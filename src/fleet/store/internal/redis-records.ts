import { time } from "./redis-time.ts";

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
export const get: string = `${entries}
local reply = {}
for at = 2, #ARGV do
  local value, version = entryOf(ARGV[at])
  reply[#reply + 1] = value
  reply[#reply + 1] = version
end
return reply
`;

/** ARGV: time, then for each write: key, expected version, new version, ttlMs, 1 if there is a value, value. */
export const put: string = `${entries}
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
