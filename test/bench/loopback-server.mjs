// A small OpenAI-compatible server in its own process; prints its port. A request whose `max_tokens` is set is
// answered with a stream of that many chunks if it asks for one.
import { createServer } from "node:http";

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
      message: { role: "assistant", content: "word ".repeat(100), refusal: null },
    },
  ],
  usage: { prompt_tokens: 50, completion_tokens: 100, total_tokens: 150 },
});

const chunk = (choices, usage) =>
  `data: ${JSON.stringify({ id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "bench", system_fingerprint: "fp_1", choices, usage })}\n\n`;
const piece = chunk([{ index: 0, delta: { content: " word" }, logprobs: null, finish_reason: null }], null);
const end =
  chunk([{ index: 0, delta: {}, logprobs: null, finish_reason: "stop" }], null) +
  chunk([], { prompt_tokens: 50, completion_tokens: 100, total_tokens: 150 }) +
  "data: [DONE]\n\n";
/** Chunks that are sent at once: a server sends a token at a time, and a network joins some. */
const perWrite = 5;

const server = createServer((request, response) => {
  let text = "";
  request.setEncoding("utf8").on("data", (part) => {
    text += part;
  });
  request.on("end", async () => {
    const { stream, max_tokens, max_completion_tokens = max_tokens } = JSON.parse(text);
    if (!stream) {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(answer);
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (let sent = 0; sent < max_completion_tokens; sent += perWrite) {
      response.write(piece.repeat(perWrite));
      await new Promise((resolve) => setImmediate(resolve));
    }
    response.end(end);
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.on("disconnect", () => process.exit());
