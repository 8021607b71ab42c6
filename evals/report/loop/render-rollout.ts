import type { GuardStatus, RolloutStatus } from "../../../src/loop/index.ts";
import { packageVersion } from "../../../src/version.ts";
import { fold } from "../fold.ts";
import { count, percent, sureness, usd } from "../format-number.ts";
import { type Content, html, type Markup, nameOf, unbroken } from "../html.ts";
import { htmlTable } from "../html-table.ts";
import { loadPlot, type PlotMaker } from "../load-plot.ts";
import { pageOf } from "../page.ts";
import { loopStyle } from "./loop-style.ts";
import { capitalised, factsOf, footerOf, headOf, timeOf, warningPanel, word } from "./parts.ts";
import { conclusionOf, differenceOf, type GuardConclusion, marginOf, showValue } from "./rollout-view.ts";
import { rolloutHeadline, rolloutState, unitsOf } from "./rollout-words.ts";
import { differencePlot, evidencePlot } from "./sequence-plot.ts";

/** Most guards whose sequences are drawn. */
const mostDrawn = 12;
const plotWidth = 420;

/**
 * Renders a rollout as one HTML file without scripts, which loads nothing: the verdict in words, stages, guards with
 * their sequences, whether the arms can be compared, and what happened. All texts are treated as hostile.
 */
export async function renderRollout(status: RolloutStatus, now: number): Promise<string> {
  const plot = await loadPlot();
  return pageOf({
    title: `Rollout ${status.id}`,
    style: loopStyle,
    main: html`<header>
${headSection(status)}
${facts(status)}
</header>
${stageList(status)}
${warningPanel("Before you read on", warningsOf(status), "open")}
${guardSection(status)}
${sequenceSection(plot, status)}
${armSection(status)}
${shadowSection(status)}
${historySection(status)}`,
    footer: footerOf([
      ["Made", `${timeOf(new Date(now).toISOString())} by switchpoint ${packageVersion}`],
      ["Revision", count(status.revision)],
      [
        "Confidence",
        `${sureness(status.confidence)}: the error of a false rollback, split over the guards, whenever it is looked at`,
      ],
      [
        "Store",
        status.store && html`<bdi>${status.store.name}</bdi>, ${count(status.store.processes)} processes`,
      ],
    ]),
  });
}

function headSection(status: RolloutStatus): Markup {
  const { id, unit, verdict, since, stage, stages } = status;
  return headOf({
    ...rolloutState(status),
    kicker: [
      html`Rollout ${nameOf(id)} · by ${nameOf(unit)}`,
      `stage ${count(stage + 1)} of ${count(stages.length)}, since ${timeOf(since)}`,
    ],
    headline: rolloutHeadline(status),
    lead: html`${unbroken(capitalised(verdict.reason))}.${verdict.needs !== undefined && ` It needs ${verdict.needs}.`}`,
  });
}

function facts(status: RolloutStatus): Markup {
  const { state, verdict, share, controlShare, units, guards, confidence } = status;
  const own = guards.filter(({ kind }) => kind === "guard");
  const safe = own.filter((guard) => conclusionOf(guard) === "safe").length;
  const harmful = own.filter((guard) => conclusionOf(guard) === "harm").length;
  return factsOf([
    {
      name: "Candidate’s share now",
      figure: percent(share),
      range: `control in comparison: ${percent(controlShare)}`,
      about: `of all ${unitsOf(status)}; those between the two are not compared`,
    },
    {
      name: `Compared ${unitsOf(status)}`,
      figure: count(units.control + units.candidate),
      range: `${count(units.candidate)} candidate, ${count(units.control)} control`,
      about: "closed ones: each counts once, however many requests it had",
    },
    {
      name: "Guards without harm",
      figure: `${count(safe)} of ${count(own.length)}`,
      // Units that end after a rollback may move the evidence below its boundary again.
      range:
        harmful > 0 || (state === "rolled-back" && verdict.guard !== undefined)
          ? `harm found by ${count(Math.max(1, harmful))}`
          : "none has found harm",
      about: `harm above the margin is ruled out, with ${sureness(confidence)} confidence in all`,
    },
  ]);
}

function stageList({ stages, stage, state }: RolloutStatus): Markup {
  const over = state === "done" ? stages.length : stage;
  return html`<ol class="steps" aria-label="Stages">${stages.map((one, at) => {
    const kind = at < over ? "past" : at === over ? "now" : "";
    const name = one.shadow === true ? "shadow" : percent(one.share);
    const about =
      one.shadow === true
        ? `${count(one.requests)} requests`
        : one.units === undefined
          ? "until guards allow"
          : `${count(one.units)} units an arm`;
    return html`<li class="${kind}"${kind === "now" && html` aria-current="step"`}><strong>${name}</strong>${about}</li>`;
  })}</ol>`;
}

function warningsOf({ store, inBoth, units, mismatch, guards }: RolloutStatus): readonly string[] {
  const all = units.control + units.candidate;
  return [
    ...(mismatch.evidence >= mismatch.alarmAt
      ? [
          "The arms do not have their shares of the units: something loses units of one arm, so no comparison counts.",
        ]
      : []),
    ...(store?.isReached === false
      ? ["The store does not answer: the last known stage holds, and nothing advances."]
      : []),
    ...(inBoth > 0
      ? [`${count(inBoth)} units were in both arms${all > 0 ? ` (${percent(inBoth / all)})` : ""}.`]
      : []),
    ...(guards.some(({ exact, kind }) => !exact && kind === "guard")
      ? [
          "Guards marked “for many units” hold by the central limit theorem: with few units they may err more often.",
        ]
      : []),
  ];
}

const words: Readonly<Record<GuardConclusion, readonly [string, "go" | "care" | "no" | ""]>> = {
  harm: ["harm proven", "no"],
  safe: ["harm ruled out", "go"],
  open: ["not proven yet", ""],
  none: ["no data", "care"],
};

/** Effect of each kind of guard. */
const effects: Readonly<Record<GuardStatus["kind"], string>> = {
  guard: "rolls back",
  signal: "pauses",
  benefit: "must be better",
};

function guardSection({ guards }: RolloutStatus): Markup {
  return html`<section class="plain" aria-labelledby="guards"><h2 id="guards">Guards</h2>
${htmlTable(
  "Candidate against control; less is better in each row",
  ["guard", "control", "candidate", "difference", "permitted", "pairs", "conclusion"],
  guards.map((guard) => {
    const { name, kind, exact, control, candidate, pairs, difference, low, high } = guard;
    const [text, level] = words[conclusionOf(guard)];
    const range =
      low === undefined || high === undefined
        ? ""
        : html` <span class="range">[${differenceOf(guard, low)}, ${differenceOf(guard, high)}]</span>`;
    return {
      cells: [
        html`${nameOf(name)} <span class="range">${effects[kind]}${!exact && ", for many units"}</span>`,
        control === undefined ? "–" : showValue(guard, control),
        candidate === undefined ? "–" : showValue(guard, candidate),
        pairs === 0 ? "–" : html`${differenceOf(guard, difference)}${range}`,
        marginOf(guard),
        count(pairs),
        word(text, level),
      ],
    };
  }),
)}</section>`;
}

function sequenceSection(plot: PlotMaker, { guards }: RolloutStatus): Content {
  const drawn = guards.slice(0, mostDrawn).flatMap((guard) => {
    const evidence = evidencePlot(plot, guard, plotWidth);
    const difference = differencePlot(plot, guard, plotWidth);
    if (evidence === undefined || difference === undefined) return [];
    return [
      html`<h3>${nameOf(guard.name)}</h3>
<div class="pair"><figure>${difference}</figure><figure>${evidence}</figure></div>`,
    ];
  });
  if (drawn.length === 0) return undefined;
  return fold(
    "sequences",
    "Sequences",
    "each guard over time, with its boundary",
    html`<p class="note">Left: the difference with an interval of 95 % that holds whenever it is looked at; the dashed line is the margin. Right: the evidence that there is harm above the margin (solid) and that there is none (dotted); from the dashed boundary on, the guard decides. While there is no harm, the solid line ever reaches it with a small probability, stated below.</p>
${drawn}`,
  );
}

function armSection(status: RolloutStatus): Markup {
  const { units, share, controlShare, inBoth, openUnits, mismatch } = status;
  const total = units.control + units.candidate;
  const expected = share + controlShare === 0 ? undefined : share / (share + controlShare);
  const holds = mismatch.evidence < mismatch.alarmAt && inBoth === 0;
  return fold(
    "arms",
    "Can the arms be compared?",
    holds ? "yes: they have their shares" : "see the numbers",
    html`${htmlTable(
      "Arms",
      ["arm", "share of traffic now", `compared ${unitsOf(status)}`, "part of the compared"],
      (["candidate", "control"] as const).map((arm) => ({
        cells: [
          arm,
          percent(arm === "candidate" ? share : controlShare),
          count(units[arm]),
          total === 0 ? "–" : percent(units[arm] / total),
        ],
      })),
    )}
<p>${expected !== undefined && unbroken(`At this stage ${percent(expected)} of the compared units belong to the candidate. `)}The evidence that the arms lack units is ${mismatch.evidence.toPrecision(2)}; from ${count(mismatch.alarmAt)} on the comparison stops, which happens by chance in one of ${count(mismatch.alarmAt)} rollouts, however often it is looked at. ${count(inBoth)} units were seen in both arms, and ${count(openUnits)} are not closed yet.</p>`,
  );
}

function shadowSection({ shadow }: RolloutStatus): Content {
  if (shadow === undefined) return undefined;
  const { requests, changed, failed, calls, failedCalls } = shadow;
  const share = requests === 0 ? "–" : percent(changed / requests);
  return fold(
    "shadow",
    "Shadow",
    unbroken(`${share} of the requests would have gone to another model`),
    html`<p>Both decided ${count(requests)} requests; ${count(changed)} would have gone to another model, and the candidate failed on ${count(failed)}. ${costOf(shadow)}${calls > 0 && ` Its model was called ${count(calls)} times after the answer, ${count(failedCalls)} of which failed.`}</p>`,
  );
}

function costOf({ costDifferenceUsd, priced, requests }: NonNullable<RolloutStatus["shadow"]>): string {
  if (priced === 0) return "What it would have cost is not known.";
  const word = costDifferenceUsd < 0 ? "less" : "more";
  const part = priced < requests ? `, on the ${count(priced)} requests whose price is known` : "";
  return `By estimated prices it would have cost ${usd(Math.abs(costDifferenceUsd))} ${word} than control${part}.`;
}

function historySection({ history }: RolloutStatus): Content {
  if (history.length === 0) return undefined;
  return fold(
    "history",
    "History",
    `${count(history.length)} changes`,
    html`<ol class="history">${[...history].reverse().map(
      ({ at, verdict, reason, by, stage }) =>
        html`<li><time>${timeOf(at)}</time><span>${verdict}, stage ${count(stage + 1)}</span><span>${unbroken(reason)}${by !== undefined && html` (by ${nameOf(by)})`}</span></li>
`,
    )}</ol>`,
  );
}
