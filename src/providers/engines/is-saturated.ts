/** Phrases, in lower case, of a 503 that means something else than a full queue: it has no place later, either. */
const notReady = [
  "loading model",
  "unavailable_error",
  "enginedead",
  "engine is dead",
  "unhealthy",
  "is sleeping",
];
/** Phrases of a full queue under a status of another meaning. */
const full = ["queue is full", "maximum pending requests exceeded", "model is overloaded"];
const window = 2_000;

/**
 * True if an own engine refuses because it has no room: 429; 503 of vLLM's and SGLang's admission control, of Ollama's full
 * queue, and of a router without a free endpoint. The endpoint is well, so that nothing counts as its failure. A 503
 * while it loads a model, sleeps or is dead is not.
 */
export function isSaturated(engine: string, status: number | undefined, body: string): boolean {
  if (!engines.has(engine)) return false;
  if (status === 429) return true;
  const text = body.slice(0, window).toLowerCase();
  if (status === 503) return !notReady.some((phrase) => text.includes(phrase));
  return status !== undefined && status >= 500 && full.some((phrase) => text.includes(phrase));
}

/** Engines that a team runs itself; at a cloud provider a 503 is its failure. */
const engines: ReadonlySet<string> = new Set(["vllm", "sglang", "tgi", "llama.cpp", "ollama"]);
