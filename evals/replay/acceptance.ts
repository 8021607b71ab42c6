import { type Check, type Completion, OutcomeFormatError } from "../../src/contracts/index.ts";
import { dropPromises } from "../../src/plugin/index.ts";
import { offlineHop } from "./offline-hop.ts";
import type { ReplayCase } from "./replay-cases.ts";

/**
 * Probability that a check accepts the recorded answer of a model, in [0, 1]: its recorded verdict, else the
 * check's verdict on the recorded text, if text is all that it reads. Throws `OutcomeFormatError` if there is
 * neither.
 */
export function acceptanceOf<Id extends string>(one: ReplayCase<Id>, model: Id, check: Check): number {
  const outcome = one.outcomes.get(model);
  const { name, reads } = check;
  const recorded = outcome?.checks;
  const verdict = recorded !== undefined && Object.hasOwn(recorded, name) ? recorded[name] : undefined;
  if (verdict !== undefined) return Number(verdict);
  const read = reads === "text" ? verdictOn(check, one, outcome?.answer) : undefined;
  if (read !== undefined) return Number(read);
  const modelName = one.context.candidates.find((candidate) => candidate.id === model)?.facts.name ?? model;
  const instead = reads === "text" ? ", or the answer, which the check could read," : "";
  throw new OutcomeFormatError(
    "records",
    one.position,
    `outcomes[${JSON.stringify(modelName)}].checks[${JSON.stringify(name)}]`,
    `is missing: the policy escalates by this check, so its recorded result${instead} is needed`,
  );
}

const { signal } = new AbortController();

/**
 * Runs the check on the recorded answer; undefined if there is no answer, or the check does not reply at
 * once.
 */
function verdictOn<Id extends string>(
  check: Check,
  { context }: ReplayCase<Id>,
  answer: string | undefined,
): boolean | undefined {
  if (answer === undefined) return undefined;
  try {
    const hop = offlineHop(context.now, signal);
    const verdict: unknown = check.accepts(context.request, completionWith(answer), hop);
    if (typeof verdict === "boolean") return verdict;
    dropPromises(verdict);
    return undefined;
  } catch {
    // As in execution, a check that throws has not accepted.
    return false;
  }
}

function completionWith(content: string): Completion {
  const message = { role: "assistant", content, refusal: null } as const;
  return {
    id: "recorded",
    object: "chat.completion",
    created: 0,
    model: "recorded",
    choices: [{ index: 0, finish_reason: "stop", logprobs: null, message }],
  };
}
