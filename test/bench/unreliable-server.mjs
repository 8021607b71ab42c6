// An OpenAI-compatible endpoint that fails, in its own process; prints its port. Argument, JSON:
// { probability, seed, failure } fails that share of each 1,000 calls, in random order;
// { perSecond, failure } serves that many calls per second and fails the rest. `failure` is a status or
// "reset". GET /calls returns the number of calls received.
import { createServer } from "node:http";

const { probability = 0, seed = 1, failure, perSecond } = JSON.parse(process.argv[2]);
let calls = 0;
let state = seed >>> 0;
let deck = [];
let room = 5;
let last = performance.now();

/** Mulberry32, in [0, 1). */
function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

/**
 * Returns outcomes of which exactly the share fails, so that a table of some thousand requests shows the
 * clients and not chance.
 */
function shuffled() {
  const cards = Array.from({ length: 1_000 }, (_, index) => index < 1_000 * probability);
  for (let left = cards.length; left > 1; left -= 1) {
    const drawn = Math.floor(random() * left);
    [cards[left - 1], cards[drawn]] = [cards[drawn], cards[left - 1]];
  }
  return cards;
}

function fails() {
  if (perSecond === undefined) {
    if (deck.length === 0) deck = shuffled();
    return deck.pop();
  }
  const now = performance.now();
  room = Math.min(5, room + ((now - last) / 1_000) * perSecond);
  last = now;
  if (room < 1) return true;
  room -= 1;
  return false;
}

const answer = JSON.stringify({
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1,
  model: "bench",
  choices: [
    {
      index: 0,
      finish_reason: "stop",
      logprobs: null,
      message: { role: "assistant", content: "Hi", refusal: null },
    },
  ],
  usage: { prompt_tokens: 5, completion_tokens: 1, total_tokens: 6 },
});

const server = createServer((request, response) => {
  if (request.method === "GET") {
    response.end(String(calls));
    return;
  }
  request.resume().on("end", () => {
    calls += 1;
    if (!fails()) response.writeHead(200, { "content-type": "application/json" }).end(answer);
    else if (failure === "reset") response.socket.resetAndDestroy();
    else {
      response.writeHead(failure, { "content-type": "application/json" });
      response.end(JSON.stringify({ error: { message: "injected", type: "server_error", code: null } }));
    }
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.on("disconnect", () => process.exit());
