"""What a Redis server does in one step for a store: scripts, each of them whole or not done.

An entry's hash has the fields h (header), x (expiry), b (body), u (time of use) and a (what was asked for).
Numbers that are compared were written by us, or by a stranger: what is none counts as 0.
"""

from __future__ import annotations

__all__ = ["AMEND", "ERASE", "EXPIRE", "PUT", "USED"]

# Keeps all but the body as the previous entry, unless there is one. KEYS: the entry, the previous one.
_KEEP = """
local function keep(seconds)
  if redis.call('EXISTS', KEYS[1]) == 1 and redis.call('EXISTS', KEYS[2]) == 0 then
    local names = {'h', 'x', 'u', 'a'}
    for i, value in ipairs(redis.call('HMGET', KEYS[1], unpack(names))) do
      if value then redis.call('HSET', KEYS[2], names[i], value) end
    end
    redis.call('EXPIRE', KEYS[2], seconds)
  end
end
"""

PUT = (
    _KEEP
    + """
if ARGV[1] == '1' then
  keep(ARGV[2])
  local body = redis.call('HGET', KEYS[1], 'b')
  if body and redis.call('EXISTS', KEYS[2]) == 1 then redis.call('HSETNX', KEYS[2], 'b', body) end
end
redis.call('HSET', KEYS[1], 'h', ARGV[3], 'x', ARGV[4], 'b', ARGV[5])
if not tonumber(redis.call('HGET', KEYS[1], 'u') or '0') then redis.call('HDEL', KEYS[1], 'u') end
if ARGV[6] == '' then redis.call('HDEL', KEYS[1], 'a') else redis.call('HSET', KEYS[1], 'a', ARGV[6]) end
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1
"""
)
"""KEYS: the entry, the previous one. ARGV: whether to keep it (1), seconds, header, expiry, body, asked."""

AMEND = (
    _KEEP
    + """
if redis.call('HGET', KEYS[1], 'h') ~= ARGV[1] then return 0 end
if ARGV[4] == '1' then keep(ARGV[5]) end
redis.call('HSET', KEYS[1], 'h', ARGV[2])
if ARGV[3] ~= '' then redis.call('HSET', KEYS[1], 'x', ARGV[3]) end
redis.call('EXPIRE', KEYS[1], ARGV[5])
return 1
"""
)
"""KEYS: as above. ARGV: header as it must be, as it becomes, expiry or nothing, whether to keep, seconds."""

EXPIRE = """
local count = 0
for _, key in ipairs(KEYS) do
  local at = redis.call('HGET', key, 'x')
  if at and (at == '' or (tonumber(at) or 0) > tonumber(ARGV[1])) then
    redis.call('HSET', key, 'x', ARGV[1])
    count = count + 1
  end
end
return count
"""
"""KEYS: entries or data sets. ARGV: the moment."""

USED = """
for i, key in ipairs(KEYS) do
  if redis.call('HEXISTS', key, 'h') == 1 then
    local at = tonumber(redis.call('HGET', key, 'u') or '0') or 0
    if at < tonumber(ARGV[i]) then redis.call('HSET', key, 'u', ARGV[i]) end
  end
end
return 1
"""
"""KEYS: entries. ARGV: a moment for each."""

ERASE = """
local seen = redis.call('HMGET', KEYS[1], 'h', 'x')
if (seen[1] or '') ~= ARGV[1] or (seen[2] or '') ~= ARGV[2] then return 0 end
return redis.call('UNLINK', KEYS[1])
"""
"""KEYS: the entry. ARGV: header and expiry as they must be."""
