import { batch, read, reset } from "./redis-quotas.ts";
import { get, put } from "./redis-records.ts";
import { time } from "./redis-time.ts";

export type RedisScript = "batch" | "read" | "reset" | "get" | "put" | "status";

/**
 * ARGV: time, epoch and format to set where there are none. Returns both, the time, and the run id of the server that has
 * the keys: of a cluster, a client asks any server for it. Empty where a user may not ask.
 */
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
local info = redis.pcall('INFO', 'server')
return { v[1], v[2], now, type(info) == 'string' and info:match('run_id:(%w+)') or '' }
`;

export const scripts: Readonly<Record<RedisScript, string>> = {
  batch,
  read,
  reset,
  get,
  put,
  status,
};
