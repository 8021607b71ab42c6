import { errorType } from "../../contracts/errors/index.ts";
import {
  type AskedOutput,
  type Check,
  type CheckVerdict,
  type Completion,
  type HopContext,
  isRouterError,
  type Model,
} from "../../contracts/index.ts";
import { copyOf } from "../../plugin/copy-of.ts";
import { dropPromises } from "../../plugin/index.ts";
import { settleWithin } from "../../plugin/settle-within.ts";
import type { Execution } from "./context.ts";
import { leftMs } from "./deadline.ts";

/**
 * Runs a check and returns its verdict. A check that throws, returns anything but true or false, or does not
 * finish before `checkTimeoutMs`, the deadline or an abort of the caller has not accepted, since the answer
 * was not shown to be good. Calls that it has under way are then ended. Never rejects.
 */
export async function runCheck(
  execution: Execution,
  check: Check,
  answer: Completion,
  again: (changes: Parameters<NonNullable<HopContext["again"]>>[0], hop: HopContext) => Promise<Completion>,
): Promise<CheckVerdict> {
  const opened = execution.openHop();
  let remarks = "";
  const ended = (verdict: Omit<CheckVerdict, "name">): CheckVerdict => ({
    name: check.name,
    ...verdict,
    ...(remarks === "" ? {} : { note: remarks }),
  });
  const hop: HopContext = Object.freeze(
    Object.assign(opened, {
      again(changes?: Parameters<typeof again>[0], model?: Model) {
        const answering =
          model === undefined
            ? again(changes, opened)
            : opened.generate(model, { ...execution.chat, ...changes });
        // The check may drop it.
        dropPromises(answering);
        return answering;
      },
      asked: askedOf(execution),
      note(remark: string) {
        if (typeof remark === "string" && remarks.length < longestRemarks)
          remarks = `${remarks === "" ? "" : `${remarks}; `}${remark.slice(0, longestRemarks)}`.slice(
            0,
            longestRemarks,
          );
      },
    }),
  );
  try {
    // A copy: a check that changes it must not change what the next one and the caller see.
    const verdict = check.accepts(execution.facts, copyOf(answer), hop);
    const accepted: unknown = typeof verdict === "boolean" ? verdict : await inTime(execution, verdict);
    if (typeof accepted === "boolean") return ended({ accepted });
    dropPromises(accepted);
    const error = `returned ${accepted === null ? "null" : typeof accepted}, not true or false`;
    return ended({ accepted: false, error });
  } catch (error) {
    return ended({ accepted: false, error: problemOf(error) });
  } finally {
    opened.end();
  }
}

/** Returns the JSON that the request asks for; what `output` asks for was validated before any check. */
function askedOf({ output, chat }: Execution): AskedOutput | undefined {
  const { response_format: format } = chat;
  if (output !== undefined) return undefined;
  if (format?.type === "json_schema") return { jsonSchema: format.json_schema?.schema };
  return format?.type === "json_object" ? {} : undefined;
}

/** Length of all remarks of a check together, in characters: they stand in every log line. */
const longestRemarks = 200;

/** Describes an error without the text of foreign errors, which may quote the prompt. */
function problemOf(error: unknown): string {
  if (isRouterError(error)) return error.message;
  if (typeof error === "object" && error !== null && noVerdicts.has(error)) return (error as Error).message;
  return `threw an error of type ${errorType(error)}`;
}

/** Errors of ours. Known by identity, since what a check throws may be a proxy. */
const noVerdicts = new WeakSet<object>();

function noVerdict(problem: string): Error {
  const error = new Error(problem);
  noVerdicts.add(error);
  return error;
}

function inTime<T>(execution: Execution, verdict: PromiseLike<T>): Promise<T> {
  const { signal, ports } = execution;
  const left = Math.max(0, leftMs(execution));
  const { checkTimeoutMs } = ports.options;
  const problem =
    left <= checkTimeoutMs
      ? "gave no verdict before the deadline"
      : `gave no verdict within checkTimeoutMs of ${checkTimeoutMs} ms`;
  return settleWithin(verdict, {
    clock: ports.clock,
    signal,
    abortError: () => noVerdict("gave no verdict before the caller aborted"),
    ms: Math.min(left, checkTimeoutMs),
    timeError: () => noVerdict(problem),
  });
}
