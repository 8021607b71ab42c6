import type { Candidate, Classification, PolicyContext } from "../contracts/index.ts";
import { copyOf } from "../plugin/copy-of.ts";
import { candidateOf } from "./candidate-of.ts";
import { factsOf } from "./facts-of.ts";
import { hostileFacts, usualFacts } from "./sample-facts.ts";

export interface SamplePolicyContext<Id extends string> {
  readonly kind: "all" | "alone" | "unclassified" | "hostile";
  readonly context: PolicyContext<Id>;
}

const now = Date.UTC(2026, 0, 1);

const classifications: readonly Classification[] = [
  ...[0, 0.25, 0.5, 0.75, 1].map((complexity) => ({ complexity })),
  { complexity: 0.6, category: "code", quality: { "fake:small": 0.4 }, signals: { length: 3 } },
];

/** Creates the contexts that a policy over these models may meet; a new copy at each call. */
export function policyContexts<Id extends string>(models: readonly Id[]): readonly SamplePolicyContext<Id>[] {
  const bare = models.map((id) => candidateOf(id));
  const known = models.map(knownCandidate);
  const [first] = models;
  if (first === undefined) throw new Error("models: at least one id is needed");
  const session = { model: first, turns: 3, idleMs: 60_000, cachedTokens: 2_000, toolLoopPending: true };
  const spend = { usedUsd: 12, limitUsd: 10 };
  const request = factsOf();

  const contexts: readonly SamplePolicyContext<Id>[] = [
    ...classifications.flatMap((classification) =>
      [bare, known].map((candidates) =>
        sample("all", { request, classification, candidates, inputs: {}, now }),
      ),
    ),
    ...usualFacts.map((facts) =>
      sample("all", {
        request: facts,
        classification: { complexity: 0.5 },
        candidates: known,
        session,
        spend,
        inputs: {},
        now,
      }),
    ),
    ...[...bare, ...known].flatMap((candidate) => [
      sample("alone", {
        request,
        classification: { complexity: 0.5 },
        candidates: [candidate],
        inputs: {},
        now,
      }),
      sample("alone", { request, candidates: [candidate], session, spend, inputs: {}, now }),
    ]),
    ...usualFacts.map((facts) =>
      sample("unclassified", { request: facts, candidates: bare, inputs: {}, now }),
    ),
    ...hostileFacts.map((facts) =>
      sample("hostile", {
        request: facts,
        classification: { complexity: 1 },
        candidates: known,
        session,
        inputs: {},
        now,
      }),
    ),
  ];
  return copyOf(contexts);
}

function sample<Id extends string>(
  kind: SamplePolicyContext<Id>["kind"],
  context: PolicyContext<Id>,
): SamplePolicyContext<Id> {
  return { kind, context };
}

/** Creates a candidate with all facts known; candidates at the start of the list are cheap and weak. */
function knownCandidate<Id extends string>(id: Id, index: number): Candidate<Id> {
  return candidateOf(id, {
    facts: {
      price: { usdPerMillionInputTokens: 0.1 * 4 ** index, usdPerMillionOutputTokens: 0.4 * 4 ** index },
      contextWindow: 128_000,
      maxOutputTokens: 8_192,
      capabilities: { tools: true, images: index > 0, jsonSchema: true, reasoning: index > 0 },
      labels: { residency: index === 0 ? "eu" : "us" },
    },
    estimatedCostUsd: 0.0001 * 4 ** index,
    estimatedQuality: Math.min(0.7 + 0.1 * index, 1),
    health: { healthy: index % 3 !== 2, p95FirstTokenMs: 300 },
  });
}
