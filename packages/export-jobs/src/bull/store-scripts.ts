/**
 * Each script is one step, and may arrive twice: a client sends again what was not answered when the connection was lost. What was done
 * is marked with the caller's token, and answered as it was the first time.
 */

/**
 * Keeps a new record, unless there is one.
 * KEYS: record, ids by owner, ids by expiry, open ids of the owner. ARGV: token, id, createdAt, expiresAt or '', SADD or SREM for the open
 * ids, then names and texts of fields.
 */
export const CREATE = `
local made = redis.call('HGET', KEYS[1], '~made')
if made then return made == ARGV[1] and 1 or 0 end
redis.call('HSET', KEYS[1], '~made', ARGV[1], unpack(ARGV, 6))
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[2])
redis.call(ARGV[5], KEYS[4], ARGV[2])
if ARGV[4] ~= '' then redis.call('ZADD', KEYS[3], ARGV[4], ARGV[2]) end
return 1`;

/**
 * Changes a record whose epoch and state are as asked, and gives it; nothing otherwise.
 * KEYS: record, ids by expiry, open ids of the owner where the state changes. ARGV: token, id, field for the token, epoch or '', states with
 * commas around or '', wish that must not be or '', how much the epoch is raised, SADD or SREM for the open ids, count of fields to be
 * removed, their names, then names and texts of fields.
 */
export const CHANGE = `
local had = redis.call('HMGET', KEYS[1], 'epoch', 'state', ARGV[3], 'wish')
if not had[1] then return {} end
if had[3] == ARGV[1] then return redis.call('HGETALL', KEYS[1]) end
if ARGV[4] ~= '' and ARGV[4] ~= had[1] then return {} end
if ARGV[5] ~= '' and not string.find(ARGV[5], ',' .. had[2] .. ',', 1, true) then return {} end
if ARGV[6] ~= '' and ARGV[6] == had[4] then return {} end
local removed = tonumber(ARGV[9])
if removed > 0 then redis.call('HDEL', KEYS[1], unpack(ARGV, 10, 9 + removed)) end
redis.call('HSET', KEYS[1], ARGV[3], ARGV[1], unpack(ARGV, 10 + removed))
if ARGV[7] ~= '0' then redis.call('HINCRBY', KEYS[1], 'epoch', ARGV[7]) end
if KEYS[3] then redis.call(ARGV[8], KEYS[3], ARGV[2]) end
local expires = redis.call('HGET', KEYS[1], 'expiresAt')
if expires then redis.call('ZADD', KEYS[2], expires, ARGV[2]) else redis.call('ZREM', KEYS[2], ARGV[2]) end
return redis.call('HGETALL', KEYS[1])`;

/** Removes a record, and tells whether it was there. KEYS: record, ids by owner, ids by expiry, open ids of the owner. ARGV: id. */
export const REMOVE = `
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('SREM', KEYS[4], ARGV[1])
return redis.call('DEL', KEYS[1])`;
