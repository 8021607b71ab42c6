/**
 * Your own vLLM (or `ollama`, at http://localhost:11434/v1) as the small model, a cloud model as the large one. If your
 * server fails, the cloud model answers.
 * Needs VLLM_BASE_URL and OPENAI_API_KEY.
 */
import { createRouter } from "switchpoint";
import { threshold } from "switchpoint/policies";
import { vllm } from "switchpoint/providers/engines";
import { openai } from "switchpoint/providers/openai";

const baseUrl = process.env["VLLM_BASE_URL"] ?? "http://localhost:8000/v1";
const router = createRouter({
  models: {
    small: vllm("Qwen/Qwen3-8B", {
      baseUrl,
      // What a token costs on your own hardware: without a price, the cost of a request is not known.
      price: { usdPerMillionInputTokens: 0.03, usdPerMillionOutputTokens: 0.12 },
    }),
    large: openai("gpt-5.5"),
  },
  policy: threshold({ small: "small", large: "large", largeShare: 0.3 }),
  execution: { retries: 1 },
});

const easy = await router.route("What is the capital of France?");
console.log(easy.decision.model, easy.attempts.length); // small 1

// The decision is as before; the attempts show that the server refused twice and who answered.
const down = await router.route("What is the capital of Norway, while the server is down?");
console.log(down.decision.model); // small
console.log(down.attempts.map(({ model, error }) => `${model} ${error?.status ?? "answered"}`)); // [ 'small 503', 'small 503', 'large answered' ]
