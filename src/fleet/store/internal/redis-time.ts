/** Begins a script: ARGV[1] is the time; empty: that of the server. */
export const time = `
local now
if ARGV[1] == '' then
  local t = redis.call('TIME')
  now = t[1] * 1000 + math.floor(t[2] / 1000)
else
  now = math.floor(tonumber(ARGV[1]))
end
`;
