import type {
  GuardStatus,
  RequestCounts,
  RolloutDelay,
  RolloutStage,
  RolloutStatus,
  RolloutVerdict,
} from "../src/loop/index.ts";
import { showHidden } from "../src/plugin/show-hidden.ts";
import { formatTable } from "./format-table.ts";

/** Formats the status of a rollout for people. */
export function rolloutToText(status: RolloutStatus): string {
  const { id, unit, state, stage, stages, share, controlShare, units, openUnits, verdict, history } = status;
  const lines = [
    `rollout ${id}: ${state}, stage ${stage + 1} of ${stages.length} (${stageToText(stages[stage])}) since ${status.since}`,
    `units (${unit}): ${percent(share)} candidate, ${percent(controlShare)} control; fixed ${units.candidate} and ${units.control}, open here ${openUnits}, in both arms ${status.inBoth}`,
    `requests, candidate ${requestsToText(status.requests.candidate)}; control ${requestsToText(status.requests.control)}`,
    ...(status.delay === undefined ? [] : [delayToText(status.delay)]),
    `verdict: ${verdictToText(verdict)}`,
  ];
  const { shadow, store } = status;
  if (shadow !== undefined)
    lines.push(
      `shadow: ${shadow.requests} requests, ${shadow.changed.toFixed(1)} on another model, ${shadow.failed} without an opinion, ${shadow.calls} calls of which ${shadow.failedCalls} failed`,
    );
  if (store !== undefined)
    lines.push(
      `store ${store.name}: ${store.isReached ? `${store.processes} tables` : "does not answer; this is what this process knows"}`,
    );
  const rows = status.guards.map(guardRow);
  const table = formatTable([
    ["guard", "kind", "margin", "pairs", "control", "candidate", "harm", "of", "safe", "of"],
    ...rows,
  ]);
  const last = history.slice(-5).map((one) => `  ${one.at}  ${verdictToText(one)}`);
  return `${lines.map(showHidden).join("\n")}\n\n${table}\n${last.length === 0 ? "" : `\n${last.map(showHidden).join("\n")}\n`}`;
}

function stageToText(stage: RolloutStage | undefined): string {
  if (stage === undefined) return "not known";
  return stage.shadow === true ? "shadow" : percent(stage.share);
}

function requestsToText({ all, failed, troubled, aborted }: RequestCounts): string {
  return `${all}: ${failed} failed, ${troubled} had trouble before an answer, ${aborted} were left`;
}

function delayToText(delay: RolloutDelay): string {
  const { unitsPerMinute, totalFailureUnits, totalFailureMinutes, unitsLeft, minutesLeft, idleMinutes } =
    delay;
  return `at ${numberToText(unitsPerMinute)} units a minute: a total failure is rolled back within ${totalFailureUnits} units of the candidate, ${numberToText(totalFailureMinutes)} min; units of this stage missing ${unitsLeft}, ${numberToText(minutesLeft)} min; a unit counts after ${numberToText(idleMinutes)} min without a request`;
}

function verdictToText({ verdict, guard, needs, by, reason }: RolloutVerdict): string {
  const about = guard ?? (needs === undefined ? undefined : `needs ${needs}`);
  const who = by === undefined ? "" : ` by ${by}`;
  return `${verdict}${about === undefined ? "" : ` (${about})`}${who}: ${reason}`;
}

function guardRow(guard: GuardStatus): readonly string[] {
  const { name, kind, margin, marginOf, pairs, control, candidate, harm, safe, alarmAt, safeAt } = guard;
  return [
    name,
    kind,
    marginOf === "control" ? percent(margin) : String(margin),
    String(pairs),
    numberToText(control),
    numberToText(candidate),
    numberToText(harm),
    numberToText(alarmAt),
    numberToText(safe),
    numberToText(safeAt),
  ];
}

function numberToText(value: number | undefined): string {
  return value === undefined ? "-" : String(Number(value.toPrecision(3)));
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}
