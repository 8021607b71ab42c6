import type { GuardStatus, RolloutStatus } from "../../../src/loop/index.ts";
import { rolloutOf } from "../../../src/loop/states/inner.ts";
import { capitalised } from "../../../src/plugin/capitalised.ts";
import { count, percent, sureness, usd } from "../../../src/plugin/format-number.ts";
import {
  type Child,
  type Fact,
  guardPlots,
  h,
  name,
  type PageElement,
  pill,
  section,
  stageList,
  staticPage,
  type Tone,
  utcOf,
  wideTable,
} from "../../../src/serve/page/inner.ts";
import { packageVersion } from "../../../src/version.ts";
import { conclusionOf, differenceOf, type GuardConclusion, marginOf, showValue } from "./rollout-view.ts";
import { rolloutHeadline, rolloutState, unitsOf } from "./rollout-words.ts";
import { warningCard } from "./warning-card.ts";

/**
 * Renders a rollout as one HTML file without scripts, which loads nothing: the verdict in words, stages, guards with
 * their sequences, whether the arms can be compared, and what happened. All texts are treated as hostile.
 */
export function renderRollout(status: RolloutStatus, now: number): string {
  const { id, unit, verdict, since, stage, stages, revision, confidence, store } = status;
  return staticPage({
    title: `Rollout ${id}`,
    top: [
      h("span", {}, "Rollout ", name(id), " · by ", name(unit)),
      `stage ${count(stage + 1)} of ${count(stages.length)}, since ${utcOf(since)}`,
    ],
    state: rolloutState(status),
    headline: rolloutHeadline(status),
    lead: [
      `${capitalised(verdict.reason)}.${verdict.needs === undefined ? "" : ` It needs ${verdict.needs}.`}`,
    ],
    facts: facts(status),
    cards: [
      stageSection(status),
      warningCard(warningsOf(status)),
      guardSection(status),
      sequenceSection(status),
      armSection(status),
      shadowSection(status),
      historySection(status),
    ],
    footer: [
      ["Made", `${utcOf(new Date(now).toISOString())} by switchpoint ${packageVersion}`],
      ["Revision", count(revision)],
      [
        "Confidence",
        `${sureness(confidence)}: the error of a false rollback, split over the guards, whenever it is looked at`,
      ],
      ["Store", store && h("span", {}, h("bdi", {}, store.name), `, ${count(store.processes)} processes`)],
    ],
  });
}

function facts(status: RolloutStatus): readonly Fact[] {
  const { state, verdict, share, controlShare, units, guards, confidence } = status;
  const own = guards.filter(({ kind }) => kind === "guard");
  const safe = own.filter((guard) => conclusionOf(guard) === "safe").length;
  const harmful = own.filter((guard) => conclusionOf(guard) === "harm").length;
  return [
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
  ];
}

function stageSection({ stages, stage, state }: RolloutStatus): PageElement {
  const shown = stages.map((one) =>
    one.shadow === true
      ? { name: "shadow", about: `${count(one.requests)} requests` }
      : {
          name: percent(one.share),
          about: one.units === undefined ? "until guards allow" : `${count(one.units)} units an arm`,
        },
  );
  return h("div", { class: "card" }, stageList(shown, state === "done" ? stages.length : stage));
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

const words: Readonly<Record<GuardConclusion, readonly [string, Tone]>> = {
  harm: ["harm proven", "bad"],
  safe: ["harm ruled out", "good"],
  open: ["not proven yet", ""],
  none: ["no data", "warn"],
};

/** Effect of each kind of guard. */
const effects: Readonly<Record<GuardStatus["kind"], string>> = {
  guard: "rolls back",
  signal: "pauses",
  benefit: "must be better",
};

function guardSection({ guards }: RolloutStatus): PageElement {
  const small = (text: string) => h("span", { class: "range" }, ` ${text}`);
  return section(
    "guards",
    ["Guards"],
    h("p", { class: "note" }, "Candidate against control; less is better in each row."),
    wideTable(
      "Candidate against control",
      ["guard", "control", "candidate", "difference", "permitted", "pairs", "conclusion"],
      guards.map((guard) => {
        const { kind, exact, control, candidate, pairs, difference, low, high } = guard;
        const [text, tone] = words[conclusionOf(guard)];
        return [
          h("span", {}, name(guard.name), small(`${effects[kind]}${exact ? "" : ", for many units"}`)),
          control === undefined ? "–" : showValue(guard, control),
          candidate === undefined ? "–" : showValue(guard, candidate),
          pairs > 0
            ? h(
                "span",
                {},
                differenceOf(guard, difference),
                low !== undefined &&
                  high !== undefined &&
                  small(`[${differenceOf(guard, low)}, ${differenceOf(guard, high)}]`),
              )
            : "–",
          marginOf(guard),
          count(pairs),
          tone === "" ? text : pill(text, tone),
        ];
      }),
    ),
  );
}

function sequenceSection(status: RolloutStatus): Child {
  const { guards, confidence } = rolloutOf(status);
  if (guards.every(({ points }) => points.length < 2)) return undefined;
  return section(
    "sequences",
    ["Sequences"],
    h(
      "p",
      { class: "note" },
      "Left: the difference with an interval that holds whenever it is looked at; the dashed line is the margin. Right: the evidence that there is harm above the margin (solid) and that there is none (dotted); from the dashed boundary on, the guard decides. While there is no harm, the solid line ever reaches it with a small probability, stated below.",
    ),
    guardPlots(guards, confidence),
  );
}

function delayText({ delay }: RolloutStatus): string | undefined {
  if (delay === undefined) return undefined;
  const { unitsPerMinute, totalFailureUnits, totalFailureMinutes, unitsLeft, minutesLeft, idleMinutes } =
    delay;
  const shown = (value: number) => count(Number(value.toPrecision(2)));
  return `At ${shown(unitsPerMinute)} units a minute a total failure of the candidate is rolled back within ${totalFailureUnits} of its units, ${shown(totalFailureMinutes)} minutes; the ${count(unitsLeft)} units that this stage still needs take ${shown(minutesLeft)} minutes. A unit counts when it has had no request for ${shown(idleMinutes)} minutes.`;
}

function armSection(status: RolloutStatus): PageElement {
  const { requests, units, share, controlShare, inBoth, openUnits, mismatch } = status;
  const total = units.control + units.candidate;
  const expected = share + controlShare === 0 ? undefined : share / (share + controlShare);
  const holds = mismatch.evidence < mismatch.alarmAt && inBoth === 0;
  return section(
    "arms",
    ["Can the arms be compared?"],
    h("p", { class: "note" }, holds ? "Yes: they have their shares." : "See the numbers."),
    wideTable(
      "Arms",
      [
        "arm",
        "share of traffic now",
        `compared ${unitsOf(status)}`,
        "part of the compared",
        "requests",
        "failed",
        "had trouble first",
        "left by the caller",
      ],
      (["candidate", "control"] as const).map((arm) => [
        arm,
        percent(arm === "candidate" ? share : controlShare),
        count(units[arm]),
        total === 0 ? "–" : percent(units[arm] / total),
        count(requests[arm].all),
        count(requests[arm].failed),
        count(requests[arm].troubled),
        count(requests[arm].aborted),
      ]),
    ),
    h(
      "p",
      {},
      expected !== undefined &&
        `At this stage ${percent(expected)} of the compared units belong to the candidate. `,
      `The evidence that the arms lack units is ${mismatch.evidence.toPrecision(2)}; from ${count(mismatch.alarmAt)} on the comparison stops, which happens by chance in one of ${count(mismatch.alarmAt)} rollouts, however often it is looked at. ${count(inBoth)} units were seen in both arms, and ${count(openUnits)} are not closed yet.`,
    ),
    delayText(status) !== undefined && h("p", {}, delayText(status)),
  );
}

function shadowSection({ shadow }: RolloutStatus): Child {
  if (shadow === undefined) return undefined;
  const { requests, changed, failed, calls, failedCalls } = shadow;
  const share = requests === 0 ? "–" : percent(changed / requests);
  return section(
    "shadow",
    ["Shadow"],
    h("p", { class: "note" }, `${share} of the requests would have gone to another model.`),
    h(
      "p",
      {},
      `Both decided ${count(requests)} requests; ${count(changed)} would have gone to another model, and the candidate failed on ${count(failed)}. ${costOf(shadow)}`,
      calls > 0 &&
        ` Its model was called ${count(calls)} times after the answer, ${count(failedCalls)} of which failed.`,
    ),
  );
}

function costOf({ costDifferenceUsd, priced, requests }: NonNullable<RolloutStatus["shadow"]>): string {
  if (priced === 0) return "What it would have cost is not known.";
  const word = costDifferenceUsd < 0 ? "less" : "more";
  const part = priced < requests ? `, on the ${count(priced)} requests whose price is known` : "";
  return `By estimated prices it would have cost ${usd(Math.abs(costDifferenceUsd))} ${word} than control${part}.`;
}

function historySection({ history }: RolloutStatus): Child {
  if (history.length === 0) return undefined;
  return section(
    "history",
    ["History"],
    h("p", { class: "note" }, `${count(history.length)} changes`),
    h(
      "ol",
      { class: "plain history" },
      ...[...history]
        .reverse()
        .map(({ at, verdict, reason, by, stage }) =>
          h(
            "li",
            {},
            h("time", {}, utcOf(at)),
            h("span", {}, `${verdict}, stage ${count(stage + 1)}`),
            h("span", {}, reason, ...(by === undefined ? [] : [" (by ", name(by), ")"])),
          ),
        ),
    ),
  );
}
