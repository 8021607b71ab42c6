import type { FrameArms, FrameGuard, FrameRollout, FrameSource } from "../status/frame.ts";
import { h, type PageElement } from "./element.ts";
import { count, digits, interval, isNumber, milliseconds, momentOf, percent, usd } from "./format.ts";
import { card, empty, name, pill, type Tone, table, title } from "./parts.ts";
import { type Sequence, sequence, ticksBetween } from "./sequence.ts";

const tones: Readonly<Record<string, Tone>> = {
  running: "good",
  done: "good",
  paused: "warn",
  "rolled-back": "bad",
  aborted: "bad",
  invalid: "bad",
};

export interface ShownRollout {
  readonly rollout: FrameRollout;
  /** Its own requests by arm. */
  readonly own: FrameArms | undefined;
  readonly now: number;
}

export function rolloutCard({ rollout, own, now }: ShownRollout): PageElement {
  const { id, state, stage, stages, share, controlShare, verdict, reason, units, guards, since, confidence } =
    rollout;
  return card(
    "rollout wide",
    title("Rollout", name(id), pill(state, Object.hasOwn(tones, state) ? tones[state] : "")),
    stages.length > 0 &&
      stageList(
        stages.map((one) => ({ name: one === null ? "shadow" : percent(one) })),
        stage,
      ),
    h(
      "p",
      { class: "about" },
      `${percent(share)} candidate${isNumber(controlShare) ? `, ${percent(controlShare)} control` : ""} since ${momentOf(Date.parse(since), now)}${units === undefined ? "" : `; ${count(units.candidate)} and ${count(units.control)} units compared`}. Last verdict: ${verdict}: `,
      h("bdi", {}, reason),
    ),
    own !== undefined && armTable(own.arms),
    guards.length > 0
      ? guardPlots(guards, confidence)
      : units === undefined &&
          empty(
            `Stage ${count(stage + 1)}, as an event of this log says. decisionLog({ loop: { rollouts } }) writes the sequence.`,
          ),
  );
}

/** Stages in their order: those that are over, the present one, and those to come. */
export function stageList(
  stages: readonly { readonly name: string; readonly about?: string | undefined }[],
  stage: number,
): PageElement {
  return h(
    "ol",
    { class: "stages", "aria-label": "Stages" },
    ...stages.map((one, at) =>
      h(
        "li",
        {
          class: at < stage ? "past" : at === stage ? "now" : "",
          "aria-current": at === stage ? "step" : undefined,
        },
        one.name,
        one.about !== undefined && h("span", {}, one.about),
      ),
    ),
  );
}

/** The sequences of guards: what was measured over pairs of units, and how near the evidence is to deciding. */
export function guardPlots(guards: readonly FrameGuard[], confidence: number | undefined): PageElement {
  return h("div", { class: "guards" }, ...guards.map((guard) => guardPlot(guard, confidence)));
}

function difference(value: number, unit: string): string {
  if (unit === "usd") return usd(value);
  if (unit === "ms") return value < 0 ? `−${milliseconds(-value)}` : milliseconds(value);
  return `${digits(100 * value)} points`;
}

function guardPlot(guard: FrameGuard, confidence: number | undefined): PageElement {
  const { name: of, kind, unit, pairs, points, harm, safe, alarmAt, safeAt } = guard;
  const heading = h(
    "h3",
    {},
    name(of),
    pill(kind),
    harm >= alarmAt && pill("harm", "bad"),
    safe >= safeAt && pill("no harm", "good"),
  );
  if (points.length < 2)
    return h("div", { class: "guard" }, heading, empty(`${count(pairs)} pairs so far: no sequence yet.`));
  const evidence = `harm ${digits(harm)} of ${digits(alarmAt)}, no harm ${digits(safe)} of ${digits(safeAt)}`;
  const margin = marginOf(guard);
  const shownMargin = isNumber(margin) ? difference(margin, unit) : undefined;
  return h(
    "div",
    { class: "guard" },
    heading,
    h(
      "p",
      { class: "range" },
      `${difference(guard.difference, unit)} ${interval(guard, (value) => difference(value, unit).replace(" points", ""))} after ${count(pairs)} pairs`,
    ),
    h(
      "div",
      { class: "pair" },
      plotted(
        differenceOf(
          guard,
          `Difference of ${of}: ${difference(guard.difference, unit)}, ${percent(confidence)} confidence sequence, margin ${shownMargin ?? "not known"}`,
        ),
        `Candidate − control; dashed: margin ${shownMargin ?? ""}`,
      ),
      plotted(evidenceOf(guard, `Evidence of ${of}: ${evidence}`), `Evidence: ${evidence}`),
    ),
  );
}

function plotted(drawn: Sequence, caption: string): PageElement {
  const [first, last] = [drawn.at[0], drawn.at.at(-1)];
  return h(
    "figure",
    {},
    sequence(drawn),
    h(
      "p",
      { class: "ends", "aria-hidden": "true" },
      h("span", {}, count(first)),
      h("span", {}, "compared pairs"),
      h("span", {}, count(last)),
    ),
    h("figcaption", {}, caption),
  );
}

/** Margin as a difference: a part of control's mean is one of its value so far. */
function marginOf({ marginOf: of, margin, control }: FrameGuard): number | undefined {
  if (of !== "control") return margin;
  return isNumber(control) ? margin * control : undefined;
}

const column = ({ points }: FrameGuard, at: number): readonly (number | null | undefined)[] =>
  points.map((point) => point[at]);

function differenceOf(guard: FrameGuard, label: string): Sequence {
  const margin = marginOf(guard);
  const { points, unit } = guard;
  // The first intervals are so wide that nothing else could be seen: the last half of the points sets the scale.
  const late = points.slice(Math.floor(points.length / 2));
  const values = [0, margin, ...late.flatMap((point) => point.slice(1, 4))].filter(isNumber);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = 0.12 * (most - least || 1);
  const [low, high] = [least - room, most + room];
  return {
    label,
    at: column(guard, 0),
    area: [column(guard, 2), column(guard, 3)],
    lines: [{ of: column(guard, 1), tone: "main" }],
    rules: [{ at: 0, tone: "zero" }, ...(isNumber(margin) ? [{ at: margin, tone: "boundary" }] : [])],
    ticks: ticksBetween(low, high).map((at) => ({
      at,
      text: difference(at, unit).replace(" points", ""),
    })),
    low,
    high,
  };
}

/** Distance of two bounds, as a power of ten, from which each has a label of its own. */
const apart = 0.4;

function evidenceOf(guard: FrameGuard, label: string): Sequence {
  const { kind, alarmAt, safeAt } = guard;
  const log = (value: number | null | undefined): number | null =>
    isNumber(value) ? Math.log10(Math.min(1e6, Math.max(0.01, value))) : null;
  const [harm, safe] = [column(guard, 4).map(log), column(guard, 5).map(log)];
  const [alarm, advance] = [log(alarmAt) ?? 0, log(safeAt) ?? 0];
  const evidence = [...harm, ...safe].filter(isNumber);
  const [low, high] = [Math.min(-1, ...evidence), Math.max(alarm, advance, ...evidence) + 0.3];
  const isApart = Math.abs(alarm - advance) >= apart;
  const harmText = `harm: ${kind === "signal" ? "pauses" : "rolls back"}`;
  return {
    label,
    at: column(guard, 0),
    lines: [
      { of: harm, tone: "bad" },
      { of: safe, tone: "good" },
    ],
    rules: [
      { at: 0, tone: "zero" },
      {
        at: alarm,
        tone: "boundary",
        text: isApart ? harmText : alarm === advance ? "decides" : undefined,
      },
      { at: advance, tone: "boundary", text: isApart ? "no harm: may advance" : undefined },
    ],
    ticks: [-2, -1, 0, 1, 2, 3, 4, 5, 6].map((power) => ({ at: power, text: brief10(power) })),
    low,
    high,
  };
}

const brief10 = (power: number): string => (power < 4 ? String(10 ** power) : `10${"⁴⁵⁶"[power - 4] ?? ""}`);

function armTable(arms: FrameArms["arms"]): PageElement {
  return table(
    ["Arm", "Share", "Requests", "Errors", "Cost each"],
    arms.map((arm) => [
      name(arm.arm),
      percent(arm.share),
      count(arm.requests),
      arm.requests > 0 ? percent(arm.failed / arm.requests) : "–",
      arm.priced > 0 ? usd(arm.costUsd / arm.priced) : "–",
    ]),
  );
}

/** Arms of a comparison that no rollout on this page makes, such as of a hold-out. */
export const armCard = ({ comparison, arms }: FrameArms): PageElement =>
  card("", title("Arms of", name(comparison)), armTable(arms));

export const noRolloutCard = (kind: FrameSource["kind"]): PageElement =>
  card(
    "",
    title("Rollout"),
    empty(
      kind === "log" ? "No decision of this log is in an arm." : "No rollout is watched (createRollout).",
    ),
  );
