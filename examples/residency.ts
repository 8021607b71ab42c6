/**
 * Requests of some tenants, those without a tenant, and those with a certain label stay in the EU: at the first call, at each
 * retry and fallback, and in every check. If nothing there can answer, the request fails. Needs VLLM_BASE_URL and OPENAI_API_KEY.
 */
import { createRouter, isRouterError } from "switchpoint";
import { always, boundary, firstOf, threshold } from "switchpoint/policies";
import { vllm } from "switchpoint/providers/engines";
import { openai } from "switchpoint/providers/openai";

const baseUrl = process.env["VLLM_BASE_URL"] ?? "http://localhost:8000/v1";
const router = createRouter({
  models: {
    frankfurt: vllm("Qwen/Qwen3-8B", { baseUrl, labels: { region: "eu" } }),
    cloud: openai("gpt-5.5", { labels: { region: "us" } }),
  },
  policy: firstOf(threshold({ small: "frankfurt", large: "cloud", largeShare: 0.3 }), always("frankfurt")),
  constraints: [
    boundary({
      label: "region",
      required: { byTenant: { clinic: "eu" }, byLabel: { data: { personal: "eu" } } },
    }),
  ],
  execution: { retries: 0 },
});
const hard = "Prove that the square root of 2 is irrational.";

const asked = { messages: [{ role: "user" as const, content: hard }] };
const free = await router.route({ tenant: "shop", ...asked });
const clinic = await router.route({ tenant: "clinic", ...asked });
console.log(free.decision.model, clinic.decision.model); // cloud frankfurt
console.log(clinic.decision.candidates[1]?.permitted); // boundary: region is us, eu is required

// The server in Frankfurt is down. There is a model that could answer, and it is not asked.
const messages = [{ role: "user" as const, content: "Summarise this letter, while the server is down." }];
const error = await router
  .route({ labels: { data: "personal" }, messages })
  .catch((failed: unknown) => failed);
if (isRouterError(error, "all-models-failed")) console.log(error.attempts.map(({ model }) => model)); // [ 'frankfurt' ]
