import { Script } from './script.ts';

/** Reads a counter as a number below 2^53, or as nil when it is lost or not ours; and the server's time in µs. */
const counterFunctions = `
local function held(name)
  local number = tonumber(redis.pcall('GET', name) or '')
  if number and number >= 0 and number < 9007199254740992 and number == math.floor(number) then return number end
end
local function time()
  local now = redis.call('TIME')
  return now[1] * 1000000 + now[2]
end
local function text(number) return string.format('%.0f', number) end
`;

/**
 * KEYS value, lease, mark; ARGV token, lease ms, '1' to take it despite a value, '1' to look away from a value that is not a string.
 * Gives the value's bytes, 1 (granted) or 0 (held by another).
 */
export const leaseScript: Script = new Script(`
if ARGV[3] ~= '1' then
  local value = redis.pcall('GET', KEYS[1])
  if type(value) == 'string' then return value end
end
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
redis.call('SET', KEYS[3], '1', 'PX', ARGV[2] * 2)
return 0`);

/** KEYS lease, mark; ARGV token, lease ms. Gives 1 when the lease was still held. */
export const extendScript: Script = new Script(`
if redis.pcall('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[2] * 2)
return 1`);

/** KEYS lease, mark; ARGV token, channel, message for those who wait. */
export const releaseScript: Script = new Script(`
if redis.pcall('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
if redis.call('DEL', KEYS[2]) == 1 then redis.call('PUBLISH', ARGV[2], ARGV[3]) end
return 1`);

/** KEYS value, lease, mark; ARGV token, channel, message for those who wait, bytes, expiry or ''. Gives 1 when it stored. */
export const landScript: Script = new Script(`
if redis.pcall('GET', KEYS[2]) ~= ARGV[1] then return 0 end
if ARGV[5] == '' then redis.call('SET', KEYS[1], ARGV[4]) else redis.call('SET', KEYS[1], ARGV[4], 'PXAT', ARGV[5]) end
redis.call('DEL', KEYS[2])
if redis.call('DEL', KEYS[3]) == 1 then redis.call('PUBLISH', ARGV[2], ARGV[3]) end
return 1`);

/** KEYS value, lease, mark; ARGV channel, message of the invalidation, bytes, expiry or ''. */
export const putScript: Script = new Script(`
if ARGV[4] == '' then redis.call('SET', KEYS[1], ARGV[3]) else redis.call('SET', KEYS[1], ARGV[3], 'PXAT', ARGV[4]) end
redis.call('DEL', KEYS[2], KEYS[3])
redis.call('PUBLISH', ARGV[1], ARGV[2])`);

/** KEYS value, lease, mark; ARGV channel, message of the invalidation. */
export const dropScript: Script = new Script(`
redis.call('UNLINK', KEYS[1], KEYS[2], KEYS[3])
redis.call('PUBLISH', ARGV[1], ARGV[2])`);

/** KEYS counters. Gives their numbers; one that is missing begins at the time of the server. */
export const generationsScript: Script = new Script(`${counterFunctions}
local numbers = {}
for i, name in ipairs(KEYS) do
  local number = held(name)
  if not number then
    number = time()
    redis.call('SET', name, text(number))
  end
  numbers[i] = text(number)
end
return numbers`);

/** KEYS a counter; ARGV channel, message up to the number, message behind it. Gives the new number. */
export const bumpScript: Script = new Script(`${counterFunctions}
local number = math.max((held(KEYS[1]) or 0) + 1, time())
redis.call('SET', KEYS[1], text(number))
redis.call('PUBLISH', ARGV[1], ARGV[2] .. text(number) .. ARGV[3])
return text(number)`);
