import {
  type Check,
  type Completion,
  OutcomeFormatError,
  type RecordedVerdict,
} from "../../src/contracts/index.ts";
import { dropPromises } from "../../src/plugin/index.ts";
import { outcomeOf } from "../data/outcomes/outcome-record.ts";
import { offlineHop } from "./offline-hop.ts";
import type { ReplayCase } from "./replay-cases.ts";

/** Verdict of a check on a recorded answer. */
export interface Acceptance {
  /** Probability that the check accepts, in [0, 1]. */
  readonly accepted: number;
  /** Names of models that the check called, as far as it is known. */
  readonly called: readonly string[];
}

/**
 * Verdict of a check on the recorded answer of a model: the recorded one, else the verdict of `Check.recorded`, else its verdict on the recorded text, if text is all that it reads. Throws
 * `OutcomeFormatError` if there is none of these.
 */
export function acceptanceOf<Id extends string>(one: ReplayCase<Id>, model: Id, check: Check): Acceptance {
  let found: RecordedVerdict | undefined;
  try {
    found = verdictOf(one, model, check, 0);
  } catch {
    // As in execution, a check that throws has not accepted.
    found = { accepted: false };
  }
  const accepted = Number(found?.accepted ?? Number.NaN);
  if (accepted >= 0 && accepted <= 1) return { accepted, called: found?.called ?? none };
  const { name, reads } = check;
  const modelName = one.context.candidates.find((candidate) => candidate.id === model)?.facts.name ?? model;
  const instead =
    check.recorded !== undefined
      ? ", or what the check reads (answer, logprobConfidence, the answer of the other model),"
      : reads === "text"
        ? ", or the answer, which the check could read,"
        : "";
  throw new OutcomeFormatError(
    "records",
    one.position,
    `outcomes[${JSON.stringify(modelName)}].checks[${JSON.stringify(name)}]`,
    `is missing: the policy escalates by this check, so its recorded result${instead} is needed`,
  );
}

const none: readonly string[] = [];
/** Nesting of the deepest check that consists of checks. */
const deepest = 32;

function verdictOf<Id extends string>(
  one: ReplayCase<Id>,
  model: Id,
  check: Check,
  depth: number,
): RecordedVerdict | undefined {
  if (depth > deepest) return undefined;
  const outcome = one.outcomes.get(model);
  const { checks } = outcome ?? {};
  const recorded = checks !== undefined && Object.hasOwn(checks, check.name) ? checks[check.name] : undefined;
  // Also if a verdict is recorded: this one names the models that were called for it.
  const said = check.recorded?.(one.context.request, {
    answer: outcome ?? {},
    other: (name) => outcomeOf(one.record, name),
    permits: (name) => isPermitted(one, name),
    verdictOf: (inner) => verdictOf(one, model, inner, depth + 1),
  });
  if (recorded !== undefined) return { accepted: recorded, called: said?.called };
  return said ?? (check.reads === "text" ? verdictOn(check, one, outcome?.answer) : undefined);
}

/** False for one of the replayed models that is not a candidate for this record. */
function isPermitted<Id extends string>(
  { record, context, outcomes }: ReplayCase<Id>,
  name: string,
): boolean {
  if (context.candidates.some(({ facts }) => facts.name === name)) return true;
  const outcome = outcomeOf(record, name);
  // An id of a config is not the name: what both stand for is the same outcome.
  for (const one of outcomes.values()) if (one === outcome) return false;
  return true;
}

const { signal } = new AbortController();

/** Runs the check on the recorded answer; undefined if there is no answer, or the check does not reply at once. */
function verdictOn<Id extends string>(
  check: Check,
  { context }: ReplayCase<Id>,
  answer: string | undefined,
): RecordedVerdict | undefined {
  if (answer === undefined) return undefined;
  const hop = offlineHop(context.now, signal);
  const verdict: unknown = check.accepts(context.request, completionWith(answer), hop);
  if (typeof verdict === "boolean") return { accepted: verdict };
  dropPromises(verdict);
  return undefined;
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
