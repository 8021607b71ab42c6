/**
 * A budget for each tenant and day, kept over a restart. Each call reserves the most that it can cost before it is made,
 * so that a prompt which makes a model write on and on cannot pass the limit. Needs OPENAI_API_KEY.
 */
import { createRouter, isRouterError } from "switchpoint";
import { always } from "switchpoint/policies";
import { openai } from "switchpoint/providers/openai";

const create = () =>
  createRouter({
    models: { small: openai("gpt-5.4-mini"), large: openai("gpt-5.5") },
    policy: always("large"),
    budgets: [{ limitUsd: 0.05, period: "day", per: "tenant" }],
  });
const ask = (tenant: string) => ({
  tenant,
  messages: [{ role: "user" as const, content: "Write a long story." }],
  max_completion_tokens: 1_000,
});

let router = create();
const first = await router.route(ask("acme"));
console.log(first.decision.model, first.costUsd?.toFixed(3)); // large 0.030

// Another long answer of the large model does not fit any more: it is cut at what is left, or another model answers.
const saved = JSON.parse(JSON.stringify(router.exportState()));
router = create();
router.restoreState(saved);
const second = await router.route(ask("acme"));
console.log(second.attempts[0]?.limited?.by, (second.costUsd ?? 0) <= 0.02); // budget true

const refused = await router.route(ask("acme")).catch((error: unknown) => error);
console.log(isRouterError(refused, "budget-exceeded")); // true
console.log((await router.route(ask("globex"))).decision.model); // large
