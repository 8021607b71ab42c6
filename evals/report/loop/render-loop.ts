import { packageVersion } from "../../../src/version.ts";
import type { LoopStatus } from "../../monitor/loop/loop-status.ts";
import { fold } from "../fold.ts";
import {
  count,
  percent,
  percentDigits,
  points,
  roundPoints,
  score,
  sureness,
  usd,
} from "../format-number.ts";
import { type Content, html, type Markup, nameOf, unbroken, withNames } from "../html.ts";
import { htmlTable } from "../html-table.ts";
import { pageOf } from "../page.ts";
import { loopStyle } from "./loop-style.ts";
import {
  capitalised,
  type Fact,
  factsOf,
  footerOf,
  headOf,
  type Level,
  timeOf,
  warningPanel,
  word,
} from "./parts.ts";

/** Renders an audit as one HTML file without scripts, which loads nothing. All texts are treated as hostile. */
export function renderLoop(status: LoopStatus): string {
  const names = [status.small, status.large].filter((name) => name !== undefined);
  return pageOf({
    title: `Audit: ${names.join(" and ") || status.file}`,
    style: loopStyle,
    main: html`<header>
${headSection(status, names)}
${factsOf([recordFact(status), costFact(status), savingFact(status)])}
${progress(status)}
</header>
${warningPanel(
  "Before you read on",
  status.warnings.map((one) => `${capitalised(one)}.`),
)}
${promiseSection(status)}
${driftSection(status)}
${decidedSection(status)}
${evidenceSection(status)}`,
    footer: footerOf([
      ["Made", `${timeOf(status.at)} by switchpoint ${packageVersion}`],
      ["File", html`<bdi>${status.file}</bdi>`],
      [
        "Records",
        status.firstAt && status.lastAt && `from ${timeOf(status.firstAt)} to ${timeOf(status.lastAt)}`,
      ],
      ["Scored by", status.audit.scorers.join(", ")],
      [
        "Certificate",
        `a loss of at most ${roundPoints(status.maxLoss)} points with ${sureness(status.confidence)} confidence is looked for`,
      ],
    ]),
  });
}

function headSection(status: LoopStatus, names: readonly string[]): Markup {
  const { next, at } = status;
  return headOf({
    ...stateOf(status),
    kicker: [html`Audit of ${withNames(names.join(" and "), names)}`, timeOf(at)],
    headline: headlineOf(status),
    lead: html`${unbroken(capitalised(next.text))}.${next.command !== undefined && commandOf(next.command)}`,
  });
}

function stateOf({ evidence, promise, drift, records }: LoopStatus): {
  readonly level: Level;
  readonly status: string;
} {
  if (promise?.state === "broken") return { level: "no", status: "Promise broken" };
  if (promise?.state === "at-risk") return { level: "care", status: "Promise at risk" };
  if ((drift?.alarms.length ?? 0) > 0) return { level: "care", status: "Traffic has moved" };
  if (evidence.kind === "enough") return { level: "go", status: "Enough evidence" };
  if (evidence.kind === "loses-too-much") return { level: "no", status: "Do not route" };
  return { level: "wait", status: records === 0 ? "No records yet" : "Collecting" };
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
  const name = "Would be saved";
  if (evidence.kind !== "enough" || evidence.saving === undefined)
    return { name, figure: "not known", range: "", about: "until the records are enough" };
  const { value, low, high } = evidence.saving;
  const range =
    low === undefined || high === undefined
      ? ""
      : `between ${percentDigits(low)} and ${percentDigits(high)} %`;
  const money = evidence.savedUsd === undefined ? "" : `${usd(evidence.savedUsd)} in 1,000 requests, `;
  return { name, figure: percent(value), range, about: `${money}at threshold ${score(evidence.threshold)}` };
}

function progress({ records, evidence }: LoopStatus): Content {
  if (evidence.kind !== "too-few") return undefined;
  const share = Math.min(1, records / evidence.needed);
  return html`<div class="progress" role="img" aria-label="${percent(share)} of the records that are needed"><span style="width:${(100 * share).toFixed(1)}%"></span></div>
<p class="note">${unbroken(percent(share))} of the records that are needed, as far as can be said now</p>`;
}

const promiseWords: Readonly<Record<string, readonly [string, "go" | "care" | "no" | ""]>> = {
  kept: ["kept", "go"],
  "at-risk": ["at risk", "care"],
  broken: ["broken", "no"],
  "not-enough-evidence": ["not enough evidence", ""],
};

function promiseSection({ promise, live, maxLoss }: LoopStatus): Content {
  if (promise === undefined && live === undefined) return undefined;
  const [text, level] = (promise &&
    Object.hasOwn(promiseWords, promise.state) &&
    promiseWords[promise.state]) || [promise?.state ?? "not watched", "" as const];
  const loss = promise?.meanLoss ?? live?.loss;
  const records = promise?.records ?? live?.records ?? 0;
  return html`<section class="panel" aria-labelledby="promise"><h2 id="promise">Promise: ${word(text, level)}</h2>
<p>${unbroken(
    loss === undefined
      ? "No record says yet what routing loses."
      : `Live, routing has ${loss >= 0 ? "lost" : "gained"} ${points(Math.abs(loss))} points of quality on average, from ${count(records)} records by traffic weight; at most ${roundPoints(maxLoss)} are permitted.`,
  )}${
    promise?.evidence !== undefined &&
    promise.alarmAt !== undefined &&
    ` The evidence that more is lost is ${promise.evidence < 10 ? promise.evidence.toPrecision(2) : count(promise.evidence)}; from ${count(promise.alarmAt)} on the promise counts as broken.`
  }</p></section>`;
}

function driftSection({ drift }: LoopStatus): Content {
  if (drift === undefined) return undefined;
  const { alarms, findings, windows, windowRequests } = drift;
  const gist =
    alarms.length > 0 ? `${count(alarms.length)} found` : windows === 0 ? "not compared yet" : "none found";
  return fold(
    "drift",
    "Drift",
    gist,
    html`${alarms.length > 0 && html`<ul>${alarms.map(({ reason }) => html`<li>${unbroken(capitalised(reason))}.</li>`)}</ul>`}
${
  findings.length > 0 &&
  htmlTable(
    `The last of ${count(windows)} windows of ${count(windowRequests)} requests`,
    ["what", "statistic", "value", "limit", "result"],
    findings.map(({ of, statistic, value, bound, verdict }) => ({
      kind: verdict === "not-judged" ? ("few" as const) : undefined,
      cells: [
        nameOf(of),
        statistic,
        verdict === "not-judged" ? "–" : value.toPrecision(3),
        verdict === "not-judged" ? "–" : bound.toPrecision(3),
        verdict === "drifted" ? word("moved", "care") : verdict === "steady" ? "steady" : "too few",
      ],
    })),
  )
}<p class="note">Windows do not overlap, and each is compared once; a change that is too small to matter is not reported.</p>`,
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

function decidedSection({ decided, records }: LoopStatus): Content {
  if (records === 0) return undefined;
  return fold(
    "decided",
    "What decided these requests",
    "only the policy’s own say what the policy loses",
    htmlTable(
      "Audited requests",
      ["decided by", "records", "share", "meaning"],
      Object.entries(decided).map(([because, number]) => ({
        cells: [
          because,
          count(number),
          percent(number / records),
          (Object.hasOwn(meanings, because) && meanings[because]) || "",
        ],
      })),
    ),
  );
}

function evidenceSection({ evidence, maxLoss, confidence }: LoopStatus): Content {
  const { looked } = evidence;
  const text =
    evidence.kind === "enough"
      ? `The oldest ${count(looked)} records certify a threshold of ${score(evidence.threshold)}: ${percent(evidence.largeCallRate)} of requests go to the large model, and the measured loss is ${points(evidence.loss)} points.`
      : capitalised(evidence.reason);
  return fold(
    "evidence",
    "Evidence",
    looked === 0 ? "" : `looked at ${count(looked)} records`,
    html`<p>${unbroken(text)}</p>
<p class="note">Looked for is a threshold that loses at most ${roundPoints(maxLoss)} points with ${sureness(confidence)} confidence. The records are tested when there are 200, 400, 800 … of them, each time with half of the error that is left: so this page may be made as often as you like.</p>`,
  );
}

/** A command, which no line ends within an option: a browser would break it at each hyphen. */
function commandOf(command: string): Markup {
  return html`<code class="command">${command.split(" ").map((part) => html`<span>${part}</span> `)}</code>`;
}
