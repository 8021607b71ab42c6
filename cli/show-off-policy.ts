import type {
  Estimator,
  OffPolicyEstimate,
  OffPolicyReport,
  RewardReport,
} from "../evals/monitor/off-policy/off-policy-report.ts";
import { withInterval } from "../src/plugin/format-number.ts";
import { showPercent, showPercentUpTo } from "../src/plugin/show-percent.ts";
import { formatTable } from "./format-table.ts";
import { digits, perThousand } from "./show-number.ts";
import { toJson } from "./to-json.ts";

/** Formats the report as JSON; absent rewards are `null`. */
export function offPolicyToJson(report: OffPolicyReport): string {
  const { quality = null, costUsd = null, ...rest } = report;
  return toJson({ ...rest, quality, costUsd }, 2);
}

const names: Readonly<Record<Estimator, string>> = {
  ips: "IPS",
  clippedIps: "IPS, clipped",
  snips: "SNIPS",
  dm: "direct method",
  dr: "doubly robust",
};

/** Formats the logged policy next to the estimates of the target, then overlap by plan. */
export function offPolicyToText(report: OffPolicyReport): string {
  const { rows, forced, rated, failed, units, policy, loggedPolicies, confidence } = report;
  const { overlap, quality, costUsd, plans } = report;
  const level = showPercentUpTo(confidence, 2);
  const row = (name: string, pick: (reward: RewardReport) => OffPolicyEstimate) => [
    name,
    show(quality && pick(quality), digits),
    show(costUsd && pick(costUsd), perThousand),
  ];
  const table = formatTable([
    ["", `quality [${level}]`, `USD/1k [${level}]`],
    row(`logged: ${loggedPolicies.join(", ")}`, ({ logged }) => logged),
    ...(Object.keys(names) as Estimator[]).map((estimator) =>
      row(`${policy}: ${names[estimator]}`, ({ estimates }) => estimates[estimator]),
    ),
    row("difference, doubly robust", ({ difference }) => difference),
  ]);
  const planTable = formatTable([
    ["plan", "target", "logged", "largest weight", "effective rows"],
    ...plans.map((plan) => [
      plan.plan,
      showPercent(plan.targetShare),
      showPercent(plan.loggedShare),
      plan.maxWeight.toFixed(1),
      plan.effectiveSampleSize.toFixed(0),
    ]),
  ]);
  return [
    `${rows} decisions in ${units} independent units (${forced} pins left out), ${rated} rated, ${failed} failed`,
    `mean weight ${overlap.meanWeight.toFixed(3)}, largest ${overlap.maxWeight.toFixed(1)}; effective sample size ${overlap.effectiveSampleSize.toFixed(0)}`,
    "",
    table,
    ...(quality?.lowerBound === undefined
      ? []
      : [
          "",
          `quality of ${policy} is at least ${digits(quality.lowerBound)} with ${level} confidence, whatever the shape of the weights`,
        ]),
    "",
    planTable,
  ].join("\n");
}

function show(estimate: OffPolicyEstimate | undefined, value: (value: number) => string): string {
  return estimate === undefined ? "n/a" : withInterval(estimate, value);
}
