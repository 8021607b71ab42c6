import { driftOf } from "../../../src/loop/states/inner.ts";
import { capitalised } from "../../../src/plugin/capitalised.ts";
import {
  count,
  percent,
  percentDigits,
  points,
  roundPoints,
  score,
  sureness,
  usd,
} from "../../../src/plugin/format-number.ts";
import {
  type Child,
  driftCard,
  type Fact,
  h,
  name,
  type PageElement,
  promisePill,
  promiseTrack,
  section,
  staticPage,
  type Tone,
  track,
  utcOf,
  wideTable,
} from "../../../src/serve/page/inner.ts";
import { packageVersion } from "../../../src/version.ts";
import type { LoopStatus } from "../../monitor/loop/loop-status.ts";
import { warningCard } from "./warning-card.ts";

/** Renders an audit as one HTML file without scripts, which loads nothing. All texts are treated as hostile. */
export function renderLoop(status: LoopStatus): string {
  const { at, file, firstAt, lastAt, next, audit, drift, maxLoss, confidence } = status;
  const models = [status.small, status.large].filter((one) => one !== undefined);
  return staticPage({
    title: `Audit: ${models.join(" and ") || file}`,
    top: [
      h("span", {}, "Audit of ", ...models.flatMap((one, index) => [index > 0 && " and ", name(one)])),
      utcOf(at),
    ],
    state: stateOf(status),
    headline: headlineOf(status),
    lead: [`${capitalised(next.text)}.`, next.command !== undefined && commandOf(next.command)],
    facts: [recordFact(status), costFact(status), savingFact(status)],
    cards: [
      progressCard(status),
      warningCard(status.warnings.map((one) => `${capitalised(one)}.`)),
      promiseSection(status),
      drift && driftCard({ drift: driftOf({ status: () => drift }), kind: "router" }),
      decidedSection(status),
      evidenceSection(status),
    ],
    footer: [
      ["Made", `${utcOf(at)} by switchpoint ${packageVersion}`],
      ["File", h("bdi", {}, file)],
      ["Records", firstAt && lastAt && `from ${utcOf(firstAt)} to ${utcOf(lastAt)}`],
      ["Scored by", audit.scorers.join(", ")],
      [
        "Certificate",
        `a loss of at most ${roundPoints(maxLoss)} points with ${sureness(confidence)} confidence is looked for`,
      ],
    ],
  });
}

function stateOf({ evidence, promise, drift, records }: LoopStatus): readonly [string, Tone] {
  if (promise?.state === "broken") return ["Promise broken", "bad"];
  if (promise?.state === "at-risk") return ["Promise at risk", "warn"];
  if ((drift?.alarms.length ?? 0) > 0) return ["Traffic has moved", "warn"];
  if (evidence.kind === "enough") return ["Enough evidence", "good"];
  if (evidence.kind === "loses-too-much") return ["Do not route", "bad"];
  return [records === 0 ? "No records yet" : "Collecting", "warn"];
}

/** Says where the loop is in one sentence. */
function headlineOf({ evidence, promise, maxLoss, records, drift }: LoopStatus): string {
  if (promise?.state === "broken")
    return `Routing loses more than the promised ${roundPoints(maxLoss)} points of quality.`;
  if ((drift?.alarms.length ?? 0) > 0) return "The traffic is no longer what it was.";
  switch (evidence.kind) {
    case "enough":
      return evidence.saving === undefined
        ? `The records prove that routing loses at most ${roundPoints(maxLoss)} points of quality.`
        : `Routing can save ${percent(evidence.saving.value)} and lose at most ${roundPoints(maxLoss)} points of quality.`;
    case "too-few":
      return `${count(records)} of about ${count(evidence.needed)} audited requests are there.`;
    case "loses-too-much":
      return `The small model loses more than ${roundPoints(maxLoss)} points of quality.`;
    case "unusable":
      return records === 0 ? "No request has been audited yet." : "The records cannot be tuned on.";
  }
}

function recordFact({ records, evidence, recordsPerDay, daysLeft }: LoopStatus): Fact {
  const needed =
    evidence.kind === "too-few" ? `of about ${count(evidence.needed)} needed` : "with both answers scored";
  const pace = recordsPerDay === undefined ? "the pace is not known yet" : `${count(recordsPerDay)} a day`;
  const left = daysLeft === undefined ? "" : `; about ${count(Math.ceil(daysLeft))} more days`;
  return { name: "Audited requests", figure: count(records), range: needed, about: pace + left };
}

function costFact({ audit, records }: LoopStatus): Fact {
  const { costUsd, unknownCosts } = audit;
  return {
    name: "Cost of the audit so far",
    figure: usd(costUsd),
    range: records === 0 ? "" : `${usd(costUsd / records)} for each`,
    about:
      unknownCosts === 0 ? "calls and scoring" : `the cost of ${count(unknownCosts)} records is not known`,
  };
}

function savingFact({ evidence }: LoopStatus): Fact {
  const about = "Would be saved";
  if (evidence.kind !== "enough" || evidence.saving === undefined)
    return { name: about, figure: "not known", range: "", about: "until the records are enough" };
  const { value, low, high } = evidence.saving;
  const range =
    low === undefined || high === undefined
      ? ""
      : `between ${percentDigits(low)} and ${percentDigits(high)} %`;
  const money = evidence.savedUsd === undefined ? "" : `${usd(evidence.savedUsd)} in 1,000 requests, `;
  return {
    name: about,
    figure: percent(value),
    range,
    about: `${money}at threshold ${score(evidence.threshold)}`,
  };
}

function progressCard({ records, evidence }: LoopStatus): Child {
  if (evidence.kind !== "too-few") return undefined;
  const share = Math.min(1, records / evidence.needed);
  const text = `${percent(share)} of the records that are needed`;
  return h(
    "div",
    { class: "card" },
    track({ label: text, fill: share, most: 1 }),
    h("p", { class: "note" }, `${text}, as far as can be said now`),
  );
}

function promiseSection({ promise, live, maxLoss }: LoopStatus): Child {
  if (promise === undefined && live === undefined) return undefined;
  const { state = "not watched", evidence, alarmAt } = promise ?? {};
  const meanLoss = promise?.meanLoss ?? live?.loss;
  const records = promise?.records ?? live?.records ?? 0;
  return section(
    "promise",
    ["Promise: ", promisePill(state)],
    meanLoss !== undefined && promiseTrack({ state, meanLoss, maxLoss }),
    h(
      "p",
      {},
      meanLoss === undefined
        ? "No record says yet what routing loses."
        : `Live, routing has ${meanLoss >= 0 ? "lost" : "gained"} ${points(Math.abs(meanLoss))} points of quality on average, from ${count(records)} records by traffic weight; at most ${roundPoints(maxLoss)} are permitted.`,
      evidence !== undefined &&
        alarmAt !== undefined &&
        ` The evidence that more is lost is ${evidence < 10 ? evidence.toPrecision(2) : count(evidence)}; from ${count(alarmAt)} on the promise counts as broken.`,
    ),
  );
}

/** Meaning of each reason for the evidence. */
const meanings: Readonly<Record<string, string>> = {
  policy: "counts for the policy",
  "held-out": "held out: the large model answers these for good",
  pin: "someone named the model",
  cap: "a cap replaced the choice",
  promise: "a broken promise replaced the choice",
  budget: "a budget narrowed the choice",
  fallback: "another model had failed",
  "not audited": "says nothing of an audit",
};

function decidedSection({ decided, records }: LoopStatus): Child {
  if (records === 0) return undefined;
  return section(
    "decided",
    ["What decided these requests"],
    h("p", { class: "note" }, "Only the policy’s own say what the policy loses."),
    wideTable(
      "Audited requests",
      ["decided by", "records", "share", "meaning"],
      Object.entries(decided).map(([because, number]) => [
        name(because),
        count(number),
        percent(number / records),
        (Object.hasOwn(meanings, because) && meanings[because]) || "",
      ]),
    ),
  );
}

function evidenceSection({ evidence, maxLoss, confidence }: LoopStatus): PageElement {
  const { looked } = evidence;
  const text =
    evidence.kind === "enough"
      ? `The oldest ${count(looked)} records certify a threshold of ${score(evidence.threshold)}: ${percent(evidence.largeCallRate)} of requests go to the large model, and the measured loss is ${points(evidence.loss)} points.`
      : capitalised(evidence.reason);
  return section(
    "evidence",
    ["Evidence"],
    looked > 0 && h("p", { class: "note" }, `Looked at ${count(looked)} records.`),
    h("p", {}, text),
    h(
      "p",
      { class: "note" },
      `Looked for is a threshold that loses at most ${roundPoints(maxLoss)} points with ${sureness(confidence)} confidence. The records are tested when there are 200, 400, 800 … of them, each time with half of the error that is left: so this page may be made as often as you like.`,
    ),
  );
}

/** A command, which no line ends within an option: a browser would break it at each hyphen. */
function commandOf(command: string): PageElement {
  return h("code", { class: "command" }, ...command.split(" ").flatMap((part) => [h("span", {}, part), " "]));
}
