import { card, empty } from "./card.js";
import { sequence } from "./charts.js";
import { h, name } from "./dom.js";
import { pill, title } from "./first.js";
import { count, digits, interval, isNumber, milliseconds, momentOf, percent, usd } from "./format.js";

/** @type {Record<string, string>} */
const tones = {
  running: "good",
  done: "good",
  paused: "warn",
  "rolled-back": "bad",
  aborted: "bad",
  invalid: "bad",
};

/** @param {any} input */
export function rolloutCard({ rollout, own, now }) {
  const { id, state, stage, stages, share, controlShare, verdict, reason, units, guards, since, confidence } =
    rollout;
  return card(
    "rollout wide",
    title("Rollout", name(id), pill(state, tones[state])),
    stages.length > 0 &&
      h(
        "ol",
        { class: "stages", "aria-label": "Stages" },
        ...stages.map((/** @type {number | null} */ one, /** @type {number} */ at) =>
          h(
            "li",
            {
              class: at < stage ? "past" : at === stage ? "now" : "",
              "aria-current": at === stage ? "step" : undefined,
            },
            one === null ? "shadow" : percent(one),
          ),
        ),
      ),
    h(
      "p",
      { class: "about" },
      `${percent(share)} candidate${isNumber(controlShare) ? `, ${percent(controlShare)} control` : ""} since ${momentOf(Date.parse(since), now)}${units === undefined ? "" : `; ${count(units.candidate)} and ${count(units.control)} units compared`}. Last verdict: ${verdict}: `,
      h("bdi", {}, reason),
    ),
    own !== undefined && armTable(own.arms),
    guards.length > 0
      ? h(
          "div",
          { class: "guards" },
          ...guards.map((/** @type {any} */ guard) => guardPlot(guard, confidence)),
        )
      : units === undefined &&
          empty(
            `Stage ${count(stage + 1)}, as an event of this log says. decisionLog({ loop: { rollouts } }) writes the sequence.`,
          ),
  );
}

/** @param {number} value @param {string} unit */
function difference(value, unit) {
  if (unit === "usd") return usd(value);
  if (unit === "ms") return value < 0 ? `−${milliseconds(-value)}` : milliseconds(value);
  return `${digits(100 * value)} points`;
}

/** @param {any} guard @param {number} confidence */
function guardPlot(guard, confidence) {
  const { name: of, kind, unit, pairs, points, harm, safe, alarmAt, safeAt } = guard;
  const column = (/** @type {number} */ at) => points.map((/** @type {any} */ point) => point[at]);
  const margin =
    guard.marginOf === "control"
      ? isNumber(guard.control)
        ? guard.margin * guard.control
        : undefined
      : guard.margin;
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
  const late = points.slice(Math.floor(points.length / 2));
  const values = [0, margin, ...late.flatMap((/** @type {any} */ point) => point.slice(1, 4))].filter(
    isNumber,
  );
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = 0.12 * (most - least || 1);
  const log = (/** @type {number | null} */ value) =>
    isNumber(value) ? Math.log10(Math.min(1e6, Math.max(0.01, value))) : null;
  const bounds = [alarmAt, safeAt].map((value) => log(value) ?? 0);
  const evidence = [...column(4), ...column(5)].map(log).filter(isNumber);
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
      h(
        "figure",
        {},
        sequence({
          label: `Difference of ${of}: ${difference(guard.difference, unit)}, ${percent(confidence)} confidence sequence, margin ${isNumber(margin) ? difference(margin, unit) : "not known"}`,
          area: [column(2), column(3)],
          lines: [{ of: column(1), tone: "main" }],
          rules: [{ at: 0, tone: "zero" }, ...(isNumber(margin) ? [{ at: margin, tone: "boundary" }] : [])],
          low: least - room,
          high: most + room,
        }),
        h(
          "figcaption",
          {},
          `Candidate − control; dashed: margin ${isNumber(margin) ? difference(margin, unit) : ""}`,
        ),
      ),
      h(
        "figure",
        {},
        sequence({
          label: `Evidence of ${of}: harm ${digits(harm)} of ${digits(alarmAt)}, no harm ${digits(safe)} of ${digits(safeAt)}`,
          lines: [
            { of: column(4).map(log), tone: "bad" },
            { of: column(5).map(log), tone: "good" },
          ],
          rules: bounds.map((at) => ({ at, tone: "boundary" })),
          low: Math.min(-1, ...evidence),
          high: Math.max(...bounds, ...evidence) + 0.3,
        }),
        h(
          "figcaption",
          {},
          `Evidence: harm ${digits(harm)} of ${digits(alarmAt)}, no harm ${digits(safe)} of ${digits(safeAt)}`,
        ),
      ),
    ),
  );
}

/** @param {any[]} arms */
function armTable(arms) {
  const heads = ["Arm", "Share", "Requests", "Errors", "Cost each"];
  return h(
    "table",
    {},
    h("thead", {}, h("tr", {}, ...heads.map((text) => h("th", { scope: "col" }, text)))),
    h(
      "tbody",
      {},
      ...arms.map((arm) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, name(arm.arm)),
          h("td", {}, percent(arm.share)),
          h("td", {}, count(arm.requests)),
          h("td", {}, arm.requests > 0 ? percent(arm.failed / arm.requests) : "–"),
          h("td", {}, arm.priced > 0 ? usd(arm.costUsd / arm.priced) : "–"),
        ),
      ),
    ),
  );
}

/**
 * Cards of comparisons that are no rollout that is watched, such as those of a hold-out.
 * @param {any[]} arms @param {boolean} hasRollouts @param {string} kind
 * @returns {[string, any, (input: any) => HTMLElement][]}
 */
export function armCards(arms, hasRollouts, kind) {
  if (arms.length > 0)
    return arms.map((one) => [
      `arms ${one.comparison}`,
      one,
      (input) => card("", title("Arms of", name(input.comparison)), armTable(input.arms)),
    ]);
  if (hasRollouts) return [];
  const where =
    kind === "log" ? "No decision of this log is in an arm." : "No rollout is watched (createRollout).";
  return [["no rollout", where, (text) => card("", title("Rollout"), empty(text))]];
}
