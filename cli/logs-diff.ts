import type { DecisionLine } from "../evals/data/decisions/decision-line.ts";
import type { LogEntry } from "../evals/data/decisions/read-log.ts";
import { recordedContext } from "../evals/monitor/off-policy/recorded-context.ts";
import { opinionOf } from "../evals/replay/opinion.ts";
import {
  InvalidOptionError,
  isRouterError,
  OutcomeFormatError,
  type Router,
} from "../src/contracts/index.ts";
import { counted } from "../src/plugin/counted.ts";
import { showUsd } from "../src/plugin/show-usd.ts";
import { draw } from "../src/router/decide/draw.ts";
import { planOf } from "../src/router/decide/plan-of.ts";
import { CheckFailedError } from "./check-failed-error.ts";
import { decideLine } from "./decide-line.ts";
import { failedSide, isSameSide, type Side, showChange, sideOf } from "./decision-side.ts";
import type { LogQuery } from "./logs-query.ts";
import { requestOfDecision } from "./request-of-decision.ts";
import { toJson } from "./to-json.ts";
import { withRouter } from "./with-router.ts";

interface Summary {
  compared: number;
  changed: number;
  /** Decisions of a pin, which no policy changes. */
  pinned: number;
  /** Lines without a prompt: the policy was asked about what was recorded. */
  replayed: number;
  /** Lines that were decided without the earlier turns, tools or images that they had. */
  shortened: number;
  readonly expectedCostUsd: { before: number; after: number; requests: number };
  /** Number of changes by `from -> to`, at most 1,000 kinds. */
  readonly changes: Record<string, number>;
}

const mostKinds = 1_000;
const defaultLimit = 20;

/** Shows what the router of a config file would have decided otherwise. Ends with exit code 1 if there is something. */
export async function diffLog(config: string, { entries, terminal, json, limit }: LogQuery): Promise<void> {
  const most = limit ?? defaultLimit;
  const kinds = new Map<string, number>();
  const sums = { before: 0, after: 0, requests: 0 };
  const counts = { compared: 0, changed: 0, pinned: 0, replayed: 0, shortened: 0 };
  await withRouter(
    config,
    async (router) => {
      for await (const entry of entries) {
        const { decision } = entry;
        if (decision.forced) {
          counts.pinned += 1;
          continue;
        }
        counts.compared += 1;
        const before = sideOf(decision, router.models);
        const after = await otherSide(router, entry, counts);
        addCosts(sums, before, after);
        if (isSameSide(before, after)) continue;
        counts.changed += 1;
        const kind = `${before.model} -> ${after.model ?? "no model"}`;
        if (kinds.has(kind) || kinds.size < mostKinds) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
        if (!json && counts.changed <= most)
          terminal.stdout(`${showChange({ id: decision.id, before, after })}\n`);
      }
    },
    "--diff",
  );
  if (counts.compared + counts.pinned === 0)
    throw new InvalidOptionError("--diff", config, "given with logs that have a decision which fits");
  const summary: Summary = { ...counts, expectedCostUsd: sums, changes: Object.fromEntries(kinds) };
  terminal.stdout(`${json ? toJson(summary, 2) : showSummary(summary, most)}\n`);
  if (counts.changed > 0) throw new CheckFailedError();
}

async function otherSide(
  router: Router,
  { file, line, decision }: LogEntry,
  counts: { replayed: number; shortened: number },
): Promise<Side> {
  if (decision.prompt === undefined) {
    counts.replayed += 1;
    return replayedSide(router, file, line, decision);
  }
  const refuse = (field: string, problem: string): never => {
    throw new OutcomeFormatError(file, line, field, problem);
  };
  const fields = decision as unknown as Readonly<Record<string, unknown>>;
  const asked = requestOfDecision(fields, refuse, () => true);
  if (asked.shortened) counts.shortened += 1;
  const decided = await decideLine(router, { id: decision.id, line, ...asked }, file, asked.draw);
  return decided instanceof Error ? failedSide(decided.message) : sideOf(decided, router.models);
}

/** Asks the router's policy about what was recorded, with the recorded draw. */
function replayedSide({ policy, models }: Router, file: string, line: number, decision: DecisionLine): Side {
  const context = recordedContext(decision, models, { file, line });
  try {
    const opinion = opinionOf(policy, context, decision.degraded);
    const unitOf = (comparison: string) => decision.arms?.find((arm) => arm.comparison === comparison);
    const { candidates } = context;
    const { choice, propensity } = draw(policy.name, opinion, candidates, drawOf(decision), unitOf);
    const estimated = candidates.find(({ id }) => id === choice.model)?.estimatedCostUsd;
    return sideOf(
      {
        model: choice.model,
        plan: planOf(choice),
        reason: choice.reason,
        classification: decision.classification,
        expectedCostUsd: choice.expectedCostUsd ?? estimated,
        propensity,
      },
      models,
    );
  } catch (error) {
    if (!isRouterError(error, "policy")) throw error;
    if (isRouterError(error.cause, "outcome-format")) throw error.cause;
    return failedSide(error.message);
  }
}

function drawOf({ draw: drawn }: DecisionLine): number {
  return typeof drawn === "number" && drawn >= 0 && drawn < 1 ? drawn : 0;
}

function addCosts(sums: Summary["expectedCostUsd"], before: Side, after: Side): void {
  if (before.expectedCostUsd === undefined || after.expectedCostUsd === undefined) return;
  sums.requests += 1;
  sums.before += before.expectedCostUsd;
  sums.after += after.expectedCostUsd;
}

function showSummary(summary: Summary, most: number): string {
  const { compared, changed, pinned, replayed, shortened, expectedCostUsd, changes } = summary;
  const { before, after, requests } = expectedCostUsd;
  return [
    ...(changed > most ? [`… and ${changed - most} more: --limit shows them`] : []),
    ...Object.entries(changes).map(([kind, count]) => `${kind}: ${count}`),
    [
      `${changed} of ${compared} decisions would change`,
      requests === 0
        ? "the cost difference is unknown"
        : `estimated cost of ${counted(requests, "request")} ${showUsd(before)} -> ${showUsd(after)}`,
      ...(pinned > 0 ? [`${pinned} left out, since the request named its model`] : []),
      ...(replayed > 0 ? [`${replayed} without a prompt, judged by what was recorded`] : []),
      ...(shortened > 0
        ? [`${shortened} decided without the earlier turns, tools or images that they had`]
        : []),
    ].join("; "),
  ].join("\n");
}
