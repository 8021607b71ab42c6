import type { RequestFacts } from "../../contracts/index.ts";
import type { Execution } from "../call/index.ts";
import { candidateFor, type Decided, permits } from "../decide/index.ts";
import { HeldText } from "../request/index.ts";
import { openHop } from "./hop-context.ts";
import { readingOf } from "./output/output-reading.ts";
import type { RouterParts } from "./parts.ts";
import { poolAccess } from "./pool-access.ts";
import type { Run } from "./run.ts";

/** Returns the execution of a decided request. */
export function executionOf<Id extends string>(
  parts: RouterParts<Id>,
  run: Run<Id>,
  { decision, choice, request }: Decided<Id>,
): Execution {
  const { models, deciding, ports, rules } = parts;
  const checks = choice.escalate ?? [];
  return {
    ports,
    scope: run,
    signal: run.signal,
    chat: HeldText.chatOf(run.text),
    native: run.native,
    facts: request,
    // Images count differently at each provider: such a request says nothing about text.
    textTokens: request.images === 0 ? request.inputTokens : undefined,
    plan: decision.plan.map(({ model }, index) => ({ model, unless: checks[index]?.unless })),
    fallbacks: decision.fallbacks,
    fallback: run.fallback,
    rules,
    modelOf: (id) => models[id as Id],
    candidateOf: (id, now) => candidateFor(deciding, id as Id, { facts: models[id as Id] }, request, now),
    permits: (candidate, hop, now) => permits(candidate, run.constraints, { request, hop, now }),
    output: run.output && readingOf(run.output),
    poolOf: deciding.hasPools ? poolsOf(parts, run, request) : undefined,
    openHop: () => openHop(parts, run, "check"),
  };
}

function poolsOf<Id extends string>(
  { models, deciding, ports }: RouterParts<Id>,
  { constraints }: Run<Id>,
  request: RequestFacts,
): Execution["poolOf"] {
  const access = { deciding, constraints, request, now: ports.clock.monotonic };
  return (id) => {
    const pool = deciding.models.find((one) => one.id === id)?.pool;
    return pool && poolAccess(id as Id, models[id as Id], pool, access);
  };
}
