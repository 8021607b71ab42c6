import { OutcomeFormatError } from "../../../src/contracts/index.ts";
import { type OptionTable, readOptions } from "../../../src/plugin/index.ts";
import { type JsonLinesSource, readJsonLines } from "../outcomes/read-json-lines.ts";
import { type DecisionLine, parseDecisionLine } from "./decision-line.ts";
import { isBesideLine } from "./event-line.ts";
import { type Feedback, readFeedback } from "./read-feedback.ts";

/**
 * Rule for a decision with several feedbacks: their mean; or the last one, by `at`, else by line (a feedback
 * without `at` is older than any with it).
 */
export type FeedbackRule = "mean" | "last";

export interface JoinOptions {
  /** Decision log: `.jsonl`, `.jsonl.gz`, or lines. */
  readonly log: string | JsonLinesSource;
  /** Feedback: lines of `{ decisionId, quality, source?, at? }`. */
  readonly feedback: string | JsonLinesSource;
  /** Rule for several feedbacks. Default `mean`. */
  readonly rule?: FeedbackRule | undefined;
  /** Source whose feedback counts. Default: all. */
  readonly source?: string | undefined;
}

export const joinOptions: OptionTable<JoinOptions, "source"> = {
  log: { is: "any" },
  feedback: { is: "any" },
  rule: { is: "choice", of: ["mean", "last"], default: "mean", expected: "mean or last" },
  source: { is: "text", optional: true },
};

/** A decision whose answer was rated. */
export interface RatedDecision {
  readonly decision: DecisionLine;
  /** Line in the log, counted from 1. */
  readonly line: number;
  /** Quality by the rule, in [0, 1]. */
  readonly quality: number;
  /** Number of feedbacks behind the quality. */
  readonly feedback: number;
}

/** A decision, rated or not. */
export interface LoggedDecision extends Omit<RatedDecision, "quality"> {
  /** Quality by the rule. Absent without feedback. */
  readonly quality?: number | undefined;
}

/** Counts; complete after all rated decisions are read. */
export interface JoinReport {
  /** Lines of the log. */
  readonly decisions: number;
  /** Decisions with feedback, including forced ones. */
  readonly rated: number;
  /** Rated decisions that a pin chose, not the policy. */
  readonly forced: number;
  /** Feedbacks that were read, without those of another `source`. */
  readonly feedback: number;
  /** Feedbacks of another `source`. */
  readonly otherSources: number;
  /** Feedbacks for decisions that are not in the log. */
  readonly withoutDecision: number;
}

export interface JoinedFeedback extends AsyncIterable<RatedDecision> {
  readonly report: JoinReport;
}

interface Collected {
  sum: number;
  count: number;
  last: Feedback;
  /** Line of the decision that used it. */
  line?: number;
}

/**
 * Joins a decision log with feedback, in the order of the log. Forced rows are included: see
 * `decision.forced`. Feedback is held in memory, the log is streamed. Reading throws `OutcomeFormatError`,
 * which names file, line and field, also if two rated decisions have the same id.
 */
export function joinFeedback(options: JoinOptions): JoinedFeedback {
  const { report, decisions } = joinDecisions(options);
  return { report, [Symbol.asyncIterator]: () => onlyRated(decisions()) };
}

/**
 * Joins a decision log with feedback and keeps the decisions that have none: off-policy estimates use them
 * too.
 */
export function joinDecisions(options: JoinOptions): {
  readonly report: JoinReport;
  /** Reads the files. */
  readonly decisions: () => AsyncGenerator<LoggedDecision, void, void>;
} {
  const { rule, ...given } = readOptions("joinDecisions", joinOptions, options, "");
  const report = { ...none };
  return { report, decisions: () => join({ ...given, rule }, report) };
}

async function* onlyRated(
  decisions: AsyncGenerator<LoggedDecision, void, void>,
): AsyncGenerator<RatedDecision, void, void> {
  for await (const one of decisions) if (one.quality !== undefined) yield { ...one, quality: one.quality };
}

const none: JoinReport = {
  decisions: 0,
  rated: 0,
  forced: 0,
  feedback: 0,
  otherSources: 0,
  withoutDecision: 0,
};

type Counts = { -readonly [Count in keyof JoinReport]: number };

async function* join(
  { log, feedback, rule, source }: JoinOptions,
  report: Counts,
): AsyncGenerator<LoggedDecision, void, void> {
  const name = typeof log === "string" ? log : log.name;
  // A second pass counts from the beginning.
  Object.assign(report, none);
  const collected = await collect(feedback, source, report);
  report.withoutDecision = report.feedback;
  for await (const { line, value } of readJsonLines(log)) {
    if (isBesideLine(value)) continue;
    const decision = parseDecisionLine(value, (field, problem) => {
      throw new OutcomeFormatError(name, line, field, problem);
    });
    report.decisions += 1;
    const found = collected.get(decision.id);
    if (found === undefined) {
      yield { decision, line, feedback: 0 };
      continue;
    }
    if (found.line !== undefined)
      throw new OutcomeFormatError(name, line, "id", `is the same as in line ${found.line}`);
    found.line = line;
    report.rated += 1;
    if (decision.forced) report.forced += 1;
    report.withoutDecision -= found.count;
    const quality = rule === "last" ? found.last.quality : Math.min(1, found.sum / found.count);
    yield { decision, line, quality, feedback: found.count };
  }
}

async function collect(
  feedback: string | JsonLinesSource,
  source: string | undefined,
  report: Counts,
): Promise<Map<string, Collected>> {
  const collected = new Map<string, Collected>();
  for await (const line of readFeedback(feedback)) {
    if (source !== undefined && line.source !== source) {
      report.otherSources += 1;
      continue;
    }
    report.feedback += 1;
    const found = collected.get(line.decisionId);
    if (found === undefined) {
      collected.set(line.decisionId, { sum: line.quality, count: 1, last: line });
      continue;
    }
    found.sum += line.quality;
    found.count += 1;
    if (timeOf(line) >= timeOf(found.last)) found.last = line;
  }
  return collected;
}

function timeOf({ at }: Feedback): number {
  return at === undefined ? Number.NEGATIVE_INFINITY : Date.parse(at);
}
