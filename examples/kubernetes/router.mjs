/**
 * The router of a Deployment: vLLM pods that Kubernetes names, a cloud model above them, and budgets that all replicas share
 * through Redis.
 * Needs REDIS_URL, OPENAI_API_KEY, VLLM_SERVICE and VLLM_NAMESPACE, and an account that may list and watch EndpointSlices.
 */
import { Redis } from "ioredis";
import { createRouter } from "switchpoint";
import { threshold } from "switchpoint/policies";
import { kubernetes, pool } from "switchpoint/pools";
import { vllm } from "switchpoint/providers/engines";
import { openai } from "switchpoint/providers/openai";
import { redisStore } from "switchpoint/stores/redis";

const { REDIS_URL, VLLM_SERVICE = "vllm", VLLM_NAMESPACE = "ml", KUBERNETES_API } = process.env;

const price = { usdPerMillionInputTokens: 0.03, usdPerMillionOutputTokens: 0.12 };
const qwen = (baseUrl) => vllm("Qwen/Qwen3-8B", { baseUrl, price, contextWindow: 32_768 });

/** A member for each pod, kept while the pod is there: it counts the calls that it has. */
const seats = new Map();
const seatOf = (url) => {
  const known = seats.get(url) ?? pool("qwen", [qwen(url)]);
  seats.set(url, known);
  return known;
};
let found = [];
const source = kubernetes({
  service: VLLM_SERVICE,
  namespace: VLLM_NAMESPACE,
  // Outside a cluster, for a trial: `kubectl proxy`.
  ...(KUBERNETES_API !== undefined && { apiUrl: KUBERNETES_API, tokenFile: false, caFile: false }),
});
const clock = { wall: Date.now, monotonic: () => performance.now() };
const watching = new AbortController();
const onProblem = (problem) => problem !== undefined && console.error(problem);
const sets = source.watch({ clock }, { signal: watching.signal, onProblem })[Symbol.asyncIterator]();
const follow = ({ value, done }) => {
  if (done) return;
  found = value.endpoints;
  for (const url of seats.keys()) if (!found.some((one) => one.url === url)) seats.delete(url);
  sets.next().then(follow);
};
// The first pods are there before the server listens.
follow(await sets.next());

const members = () => found.map(({ url, state }) => ({ ...seatOf(url).members()[0], state }));
const empty = pool("qwen", [qwen("http://nowhere.invalid/v1")]);

const client = new Redis(REDIS_URL);
const router = createRouter({
  models: { qwen: { ...empty, members }, cloud: openai("gpt-5.5") },
  policy: threshold({ small: "qwen", large: "cloud", largeShare: 0.3 }),
  budget: { limitUsd: 20, period: "day", per: "tenant" },
  // Longer than the default of 20 ms: Redis may be on another machine of the cluster.
  shared: { store: redisStore({ client }), namespace: "router", timeoutMs: 250 },
});
// A reload (SIGHUP) closes the router that it replaces, and with it what that one has opened.
const { close } = router;
router.close = async () => {
  watching.abort();
  await close.call(router);
  client.disconnect();
};
export default router;
