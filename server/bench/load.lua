-- What wrk sends and what it makes of each answer. The arguments are a file of texts, how many rows there are, and a seed.
--
-- The file has ten texts for each variant, each of them followed by NUL: the request and the body of its answer, each in
-- five pieces between which the row stands. So this file knows nothing of HTTP and JSON but where an answer says its row
-- and its variant.

local find, sub, format, random = string.find, string.sub, string.format, math.random

local ID, VARIANT = '"id":"7560ee45-ee45-7560-45ee-', '"displayVersion":"Display Version value '

local requests, answers, variants, rows = {}, {}, 0

local threads = {}

function setup(thread) table.insert(threads, thread) end

function init(args)
  local file = assert(io.open(args[1], "rb"))
  local pieces = {}
  for piece in file:read("*a"):gmatch("([^%z]*)%z") do
    pieces[#pieces + 1] = piece
    if #pieces == 10 then
      requests[variants] = {pieces[1], pieces[2], pieces[3], pieces[4], pieces[5]}
      answers[format("%03d", variants)] = {pieces[6], pieces[7], pieces[8], pieces[9], pieces[10]}
      variants, pieces = variants + 1, {}
    end
  end
  file:close()
  rows = tonumber(args[2])
  math.randomseed(tonumber(args[3]))
  right, wrong, firstWrong = 0, 0, "" -- global, so that done can get them
end

function request()
  local r, row = requests[random(0, variants - 1)], format("%012d", random(0, rows - 1))
  return r[1] .. row .. r[2] .. row .. r[3] .. row .. r[4] .. row .. r[5]
end

-- An answer is right if it is, byte for byte, what the server answers when that row becomes that variant. It is not known
-- here whose answer it is.
function response(status, headers, body)
  local _, id = find(body, ID, 1, true)
  local _, variant = find(body, VARIANT, 1, true)
  if status == 200 and id and variant then
    local a, row = answers[sub(body, variant + 1, variant + 3)], sub(body, id + 1, id + 12)
    if a and body == a[1] .. row .. a[2] .. row .. a[3] .. row .. a[4] .. row .. a[5] then
      right = right + 1
      return
    end
  end
  wrong = wrong + 1
  if wrong == 1 then firstWrong = status .. " " .. body end
end

function done(summary, latency)
  local right, wrong, example, e = 0, 0, "", summary.errors
  for _, thread in ipairs(threads) do
    right, wrong, example = right + thread:get("right"), wrong + thread:get("wrong"), thread:get("firstWrong")
  end
  io.write(format("measured requests=%d microseconds=%d right=%d wrong=%d status=%d failed=%d p50=%d p99=%d\n",
    summary.requests, summary.duration, right, wrong, e.status, e.connect + e.read + e.write + e.timeout,
    latency:percentile(50), latency:percentile(99)))
  if example ~= "" then io.write("wrong ", example:sub(1, 2000):gsub("%s", " "), "\n") end
end
