//! Lua scripts, which Redis runs atomically.

/// Returns number, nonce and content of a hash; an empty array if the key does not exist. Any other value is deleted, and
/// the array then has one element.
///
/// Argument: maximum length of the content in bytes.
pub(super) const READ: &str = r"
local kind = redis.call('TYPE', KEYS[1]).ok
if kind == 'none' then return {} end
if kind == 'hash' then
    local function within(field, limit) return redis.call('HSTRLEN', KEYS[1], field) <= limit end
    if within('n', 20) and within('i', 20) and within('v', tonumber(ARGV[1])) then
        return redis.call('HMGET', KEYS[1], 'n', 'i', 'v')
    end
end
redis.call('DEL', KEYS[1])
return {'deleted'}";

/// Stores a token, unless the hash has the same or a higher number. A value of another type is replaced.
///
/// Arguments: number, nonce, content, time to live in milliseconds.
pub(super) const PUT: &str = r"
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then redis.call('DEL', KEYS[1]) end
local number = tonumber(redis.call('HGET', KEYS[1], 'n'))
if number and number >= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'n', ARGV[1], 'i', ARGV[2], 'v', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1";

/// Replaces the content of one version by its invalidated form.
///
/// Arguments: number, nonce, content, time to live in milliseconds.
pub(super) const INVALIDATE: &str = r"
if redis.call('HGET', KEYS[1], 'n') ~= ARGV[1] or redis.call('HGET', KEYS[1], 'i') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'v', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1";

/// Deletes damaged content, unless another process has replaced it.
///
/// Argument: the damaged content.
pub(super) const DISCARD: &str = r"
if redis.call('TYPE', KEYS[1]).ok == 'hash' and (redis.call('HGET', KEYS[1], 'v') or '') == ARGV[1] then
    return redis.call('DEL', KEYS[1])
end
return 0";

/// Acquires a lock that has no holder. A lock without an expiry is no lock of a store, and would never end: it is
/// replaced.
///
/// Arguments: the holder's fencing token, lease in milliseconds.
pub(super) const LOCK: &str = r"
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
if redis.call('PTTL', KEYS[1]) ~= -1 then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1";

/// Releases a lock, if this holder still has it.
///
/// Argument: the holder's fencing token.
pub(super) const UNLOCK: &str = r"
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0";
