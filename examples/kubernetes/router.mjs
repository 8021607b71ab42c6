/**
 * The router of a Deployment: vLLM pods that Kubernetes names, a cloud model above them, and budgets that all replicas share
 * through Redis.
 * Needs REDIS_URL, OPENAI_API_KEY, VLLM_SERVICE and VLLM_NAMESPACE, and an account that may list and watch EndpointSlices.
 */
import { Redis } from "ioredis";
import { createRouter } from "switchpoint";
import { fleet, redisStore } from "switchpoint/fleet";
import { threshold } from "switchpoint/policies";
import { vllm } from "switchpoint/providers/engines";
import { openai } from "switchpoint/providers/openai";
import { kubernetes, pool } from "switchpoint/providers/pools";

const { REDIS_URL, VLLM_SERVICE = "vllm", VLLM_NAMESPACE = "ml", KUBERNETES_API } = process.env;

const price = { usdPerMillionInputTokens: 0.03, usdPerMillionOutputTokens: 0.12 };
const discover = kubernetes({
  service: VLLM_SERVICE,
  namespace: VLLM_NAMESPACE,
  // Outside a cluster, for a trial: `kubectl proxy`.
  ...(KUBERNETES_API !== undefined && { apiUrl: KUBERNETES_API, tokenFile: false, caFile: false }),
});
const as = ({ url }) => vllm("Qwen/Qwen3-8B", { baseUrl: url, price, contextWindow: 32_768 });
// How many pods there should be, for scale-keda.yaml or scale-hpa.yaml.
const qwen = pool("qwen", { discover, as }, { load: true, scale: { min: 1, max: 8, slots: 64 } });

const client = new Redis(REDIS_URL);
const router = createRouter({
  models: { qwen, cloud: openai("gpt-5.5") },
  policy: threshold({ small: "qwen", large: "cloud", largeShare: 0.3 }),
  budgets: [{ limitUsd: 20, period: "day", per: "tenant" }],
  // Longer than the default of 20 ms: Redis may be on another machine of the cluster.
  shared: fleet({ store: redisStore({ client }), namespace: "router", timeoutMs: 250 }),
});
// A reload (SIGHUP) closes the router that it replaces, and with it what that one has opened.
const { close } = router;
router.close = async () => {
  await close.call(router);
  client.disconnect();
};
export default router;
