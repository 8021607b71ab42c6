import type { OutputProblem } from "../../../contracts/errors/index.ts";
import type { Completion, OutputIssue, OutputValidator } from "../../../contracts/index.ts";
import { dropPromises } from "../../../plugin/index.ts";
import { nodeBuiltin } from "../../../plugin/node-builtin.ts";
import { readJson } from "../../../plugin/read-json.ts";
import { withinTime } from "../../../plugin/within-time.ts";
import type { OutputRead, OutputReading } from "../../call/index.ts";
import type { AskedFor } from "./read-output.ts";

/** Longest synchronous part of a validation in milliseconds; it is tried twice. Not bounded where node:vm is absent. */
const longestMs = 100;
const mostIssues = 20;
const longestPath = 16;
const longestMessage = 200;
const longestText = 20_000;

type Invalid = Extract<OutputRead, { readonly accepted: false }>;

/** Output that a request asks for, and the reading of its answers once it has begun. */
export interface AskedOutput {
  readonly asked: AskedFor;
  reading: OutputReading | undefined;
}

/** Returns the reading of the answers to one request: the first call begins it. */
export function readingOf(output: AskedOutput): OutputReading {
  output.reading ??= createOutputReading(output.asked);
  return output.reading;
}

function createOutputReading({ schema, repair }: AskedFor): OutputReading {
  const kept = new WeakMap<Completion, OutputRead>();
  /** The last validation. One that is late has a place of its own, so that it says nothing of the next answer. */
  let last: { read?: OutputRead } = {};
  return {
    repair,
    check: {
      name: "validOutput",
      accepts(_request, answer, hop) {
        const own: { read?: OutputRead } = {};
        last = own;
        const reading = readAnswer(schema, answer);
        const ended = (read: OutputRead): boolean => {
          own.read = read;
          if (!read.accepted) hop.note?.(remark(read));
          return read.accepted;
        };
        return reading instanceof Promise ? reading.then(ended) : ended(reading);
      },
    },
    keep(answer) {
      const read = last.read ?? invalid("no-verdict", textOf(answer));
      last = {};
      kept.set(answer, read);
      return read;
    },
    readOf: (answer) => kept.get(answer) ?? invalid("no-verdict", textOf(answer)),
  };
}

/** Reads an answer by a schema. Throws or rejects if the schema gives no verdict. */
function readAnswer(schema: OutputValidator, answer: Completion): OutputRead | Promise<OutputRead> {
  const { message } = answer.choices[0] ?? {};
  const calls: unknown = message?.tool_calls;
  if (Array.isArray(calls) && calls.length > 0) return { accepted: true, value: undefined };
  const text = textOf(answer);
  if (text === "" && typeof message?.refusal === "string" && message.refusal !== "")
    return invalid("refused", "");
  const json = readJson(text);
  if (json.problem !== undefined) return invalid(json.problem, text);
  const result = bounded(() => schema["~standard"].validate(json.value));
  return result instanceof Promise
    ? result.then((settled) => resultOf(settled, text))
    : resultOf(result, text);
}

/** Runs the synchronous part of a schema within its time, where something can stop it. */
function bounded<T>(work: () => T): T {
  return nodeBuiltin("node:vm")?.Script === undefined ? work() : withinTime(longestMs, work);
}

/** Reads what a schema returned: in plain JavaScript that may be anything. */
function resultOf(result: unknown, text: string): OutputRead {
  const { issues } = (result ?? {}) as { readonly issues?: unknown };
  if (typeof result === "object" && result !== null && issues === undefined && "value" in result)
    return { accepted: true, value: result.value };
  if (!Array.isArray(issues)) {
    dropPromises(result);
    return invalid("no-verdict", text);
  }
  return invalid("issues", text, issues.slice(0, mostIssues).map(issueOf));
}

function issueOf(issue: unknown): OutputIssue {
  const { path, message } = (issue ?? {}) as { readonly path?: unknown; readonly message?: unknown };
  const keys = (Array.isArray(path) ? path.slice(0, longestPath) : []).map(keyOf);
  return { path: keys, message: typeof message === "string" ? message.slice(0, longestMessage) : "" };
}

/** Returns a key of a path: one of its own, or `{ key }`. */
function keyOf(segment: unknown): string | number {
  const key: unknown =
    typeof segment === "object" && segment !== null ? (segment as { readonly key?: unknown }).key : segment;
  return typeof key === "number" ? key : String(key).slice(0, longestMessage);
}

function invalid(problem: OutputProblem, text: string, issues: readonly OutputIssue[] = []): Invalid {
  return { accepted: false, problem, issues, text: text.slice(0, longestText) };
}

function remark({ problem, issues }: Invalid): string {
  return problem === "issues"
    ? `${issues.length === mostIssues ? "at least " : ""}${issues.length} issues`
    : problem;
}

function textOf(answer: Completion): string {
  const content: unknown = answer.choices[0]?.message?.content;
  return typeof content === "string" ? content : "";
}
