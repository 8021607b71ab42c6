import { isRouterError, type Model, type Router } from "../../src/contracts/index.ts";
import { textOf } from "../../src/router/request/index.ts";
import type { ScorerArgs } from "../scorers/scorer.ts";
import type { ResolvedCollectOptions } from "./collect-options.ts";
import type { CallKey } from "./journal-entry.ts";
import type { PreparedRecord, RecordRequest } from "./read-dataset.ts";

/** Call to be made: a record and a model. */
export interface Job {
  readonly prepared: PreparedRecord;
  /** Request as it is sent. */
  readonly request: RecordRequest;
  /** Id of the model in the router. */
  readonly id: string;
  readonly model: Model;
  readonly key: CallKey;
}

/** Returns the reason why a router may not send a record to a model; undefined if it may. */
export async function refusalOf(
  router: Router,
  { id, request }: Pick<Job, "id" | "request">,
): Promise<string | undefined> {
  try {
    await router.decide({ ...request, model: id });
    return undefined;
  } catch (error) {
    if (isRouterError(error, "no-eligible-model")) return error.reasons[id] ?? "not permitted";
    throw error;
  }
}

/** Returns the reason why no answer of a job could be scored, if the scorer knows; undefined if one could. */
export async function gapOf(
  { scorer, baseline }: Pick<ResolvedCollectOptions, "scorer" | "baseline">,
  job: Pick<Job, "prepared" | "model">,
): Promise<string | undefined> {
  if (typeof scorer === "function" || scorer.gapIn === undefined) return undefined;
  return scorer.gapIn({ ...scorerArgsOf(job), ...(baseline !== undefined && { baseline: "" }) });
}

/** Arguments of a scorer that are known before there is an answer. */
export function scorerArgsOf({
  prepared,
  model,
}: Pick<Job, "prepared" | "model">): Omit<ScorerArgs, "output"> {
  const { record, facts } = prepared;
  return {
    input: record.prompt ?? lastAsk(record.messages) ?? facts.ask,
    expected: record.expected,
    messages: record.messages,
    id: record.id,
    model: model.name,
    category: record.category,
    metadata: record.metadata,
  };
}

function lastAsk(messages: PreparedRecord["record"]["messages"]): string | undefined {
  const last = messages?.findLast(({ role }) => role === "user");
  return last && textOf(last);
}
