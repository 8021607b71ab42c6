import { barChart, track } from "./charts.js";
import { byId, drawn, h, setText } from "./dom.js";
import { atMost, brief, count, isNumber, milliseconds, percent, percentDigits, usd } from "./format.js";

/** @param {string} text @param {string} [tone] */
export const pill = (text, tone = "") => h("span", { class: `pill ${tone}` }, text);

/** @param {string} text @param {...(Node | string | false | undefined)} beside */
export const title = (text, ...beside) => h("h2", {}, text, ...beside);

/** @param {{ low?: number, high?: number }} estimate */
const inPercent = ({ low, high }) =>
  isNumber(low) && isNumber(high) ? ` (${percentDigits(low)} to ${percentDigits(high)} %)` : "";

/** Of a hold-out where one has measured something, else the estimate. */
export const showSaving = drawn("saving", ({ measured, totals, span }) => {
  if (measured?.savedUsd !== undefined) return measuredSaving(measured);
  const heading = title("Saved", pill("estimated"));
  const waiting =
    measured === undefined
      ? "Not measured: a hold-out would (createHoldOut)."
      : `The hold-out has ${count(measured.heldOut)} requests: too few to measure yet.`;
  if (totals.compared === 0)
    return [
      heading,
      h(
        "p",
        { class: "empty" },
        "Nothing to compare yet. A saving is estimated once models with known prices have answered.",
      ),
      h("p", { class: "about" }, waiting),
    ];
  const { paidUsd, referenceUsd, compared } = totals;
  const saved = referenceUsd - paidUsd;
  const share = referenceUsd > 0 ? saved / referenceUsd : undefined;
  return [
    heading,
    figure(usd(saved), share === undefined ? "" : percent(share)),
    h("p", { class: "range" }, `${span}, without an interval`),
    paidBar(paidUsd, referenceUsd),
    h(
      "p",
      { class: "about" },
      `Against the most expensive permitted model, at what it was expected to cost, for ${count(compared)} of ${count(totals.requests)} requests. ${waiting}`,
    ),
  ];
});

/** A difference of qualities in hundredths. @param {number} value */
const points = (value) => `${value > 0 ? "+" : ""}${percentDigits(value)} points`;

/** @param {any} measured */
function measuredSaving({ savedUsd, savedShare, qualityGained, confidence, heldOut, routed, units }) {
  // A saving that may be none is not shown as one.
  const isSure = isNumber(savedUsd.low) && savedUsd.low > 0;
  const range =
    isNumber(savedUsd.low) && isNumber(savedUsd.high)
      ? `between ${usd(savedUsd.low)} and ${usd(savedUsd.high)}${inPercent(savedShare ?? {})}, with ${percent(confidence)} confidence${isSure ? "" : ": perhaps nothing"}`
      : "no interval before 50 units in each arm";
  const quality = isNumber(qualityGained?.value)
    ? ` Quality of the routed: ${points(qualityGained.value)}${isNumber(qualityGained.low) && isNumber(qualityGained.high) ? ` (${points(qualityGained.low)} to ${points(qualityGained.high)})` : ""}, by feedback.`
    : "";
  const spread = Math.max(0.01, ...[savedShare?.value, savedShare?.high].filter(isNumber), 1);
  return [
    title("Saved", pill("measured", isSure ? "good" : "warn")),
    figure(usd(savedUsd.value), percent(savedShare?.value)),
    h("p", { class: "range" }, range),
    isSure &&
      isNumber(savedShare?.value) &&
      track({
        label: `Saved ${percent(savedShare.value)} of the cost without routing`,
        fill: savedShare.value,
        low: savedShare.low,
        high: savedShare.high,
        most: spread,
        tone: "good",
      }),
    isSure &&
      h(
        "p",
        { class: "ends" },
        h("span", {}, "saved"),
        h("span", {}, "all that the large model would have cost"),
      ),
    h(
      "p",
      { class: "about" },
      `Since the hold-out began: ${count(routed)} routed requests against ${count(heldOut)} that the large model answered, ${count(units)} units.${quality}`,
    ),
  ];
}

/** @param {string} main @param {string} beside */
const figure = (main, beside) =>
  h("p", { class: "figure" }, h("strong", {}, main), beside === "" ? null : h("span", {}, beside));

/** @param {number} paid @param {number} without */
function paidBar(paid, without) {
  const most = Math.max(paid, without);
  return h(
    "div",
    { class: "paid" },
    track({ label: `Paid ${usd(paid)}, without routing ${usd(without)}`, fill: paid, limit: without, most }),
    h(
      "p",
      { class: "ends" },
      h("span", {}, `paid ${usd(paid)}`),
      h("span", {}, `without routing ${usd(without)}`),
    ),
  );
}

/** @type {Record<string, [string, string]>} */
const promiseWords = {
  kept: ["kept", "good"],
  "at-risk": ["at risk", "warn"],
  broken: ["broken", "bad"],
  "not-enough-evidence": ["not enough evidence", ""],
};

/** @param {{ processes?: number }} promise */
export const worstOf = ({ processes }) =>
  isNumber(processes) ? `; the worst of ${count(processes)} processes` : "";

export const showPromise = drawn("promise", ({ promises, totals, kind }) => {
  const certified = totals.requests > 0 ? totals.certified / totals.requests : undefined;
  const covered = `${percent(certified)} of the decisions are covered by a certificate.`;
  const [first, ...more] = promises ?? [];
  if (first === undefined)
    return [
      title("Quality promise", pill("none")),
      certified === undefined ? undefined : figure(percent(certified), "certified"),
      certified === undefined
        ? undefined
        : h("p", { class: "range" }, "of the decisions are covered by a certificate"),
      h(
        "p",
        { class: "about" },
        kind === "log"
          ? "This log tells of no promise: decisionLog({ loop: { promises } }) writes its state."
          : "No promise is watched. Audits of a sample of the traffic would bound the loss (createPromise).",
      ),
    ];
  const [words, tone] = promiseWords[first.state] ?? [first.state, ""];
  const most = 1.6 * Math.max(first.maxLoss, first.upperBound ?? 0, first.meanLoss ?? 0);
  return [
    title("Quality promise", pill(words, tone)),
    isNumber(first.upperBound)
      ? figure(`≤ ${atMost(first.upperBound)}`, "lost")
      : figure(percent(first.meanLoss), "mean loss, without a bound"),
    h(
      "p",
      { class: "range" },
      `promised: at most ${percent(first.maxLoss)}${isNumber(first.confidence) ? `, with ${percent(first.confidence)} confidence` : ""}`,
    ),
    track({
      label: `Mean loss ${percent(first.meanLoss)}, upper bound ${atMost(first.upperBound)}, promised at most ${percent(first.maxLoss)}`,
      fill: first.meanLoss,
      low: first.meanLoss,
      high: first.upperBound,
      limit: first.maxLoss,
      most,
      tone,
    }),
    h(
      "p",
      { class: "about" },
      `Mean loss ${percent(first.meanLoss)}, ${count(first.records)} audited requests${worstOf(first)}. ${more.length > 0 ? `${more.length} more below.` : ""}`,
    ),
    h("p", { class: "about" }, covered),
  ];
});

/**
 * A figure with its course. The parts stay and only change.
 * @param {string} id @param {string} heading @param {string} tone
 */
function tile(id, heading, tone) {
  const main = h("strong");
  const beside = h("p", { class: "range" });
  const chart = barChart({ label: heading, height: 34, series: 1 });
  chart.element.classList.add("spark");
  if (tone !== "") chart.element.classList.add(tone);
  byId(id).replaceChildren(title(heading), h("p", { class: "figure" }, main), beside, chart.element);
  return (
    /** @type {string} */ text,
    /** @type {string} */ about,
    /** @type {readonly (number | null)[]} */ values,
  ) => {
    setText(main, text);
    setText(beside, about);
    chart.show([values], Math.max(...values.map((value) => value ?? 0)), `${heading} over time, now ${text}`);
  };
}

export function createTiles() {
  const requests = tile("requests", "Requests", "");
  const errors = tile("errors", "Errors", "bad");
  const latency = tile("latency", "Latency", "");
  const cost = tile("cost", "Cost", "");
  return (/** @type {any} */ { totals, series, window: { widthMs } }) => {
    const lastRate = lately(series.requests, widthMs);
    requests(count(totals.requests), `${brief(lastRate)} a minute now`, series.requests);
    errors(
      totals.requests === 0 ? "–" : percent(totals.failed / totals.requests),
      totals.failed === 0 ? "none failed" : `${count(totals.failed)} failed`,
      series.failed,
    );
    latency(
      milliseconds(totals.p50Ms),
      `median; p95 ${milliseconds(totals.p95Ms)}, p99 ${milliseconds(totals.p99Ms)}`,
      series.p95Ms,
    );
    const each = totals.requests > 0 ? `${usd((1_000 * totals.costUsd) / totals.requests)} for 1,000` : "–";
    cost(
      usd(totals.costUsd),
      totals.unpriced > 0 ? `${count(totals.unpriced)} calls have no price` : each,
      series.costUsd,
    );
  };
}

/** Requests a minute over the last two slots, of which the last is not over. @param {readonly number[]} values @param {number} widthMs */
function lately(values, widthMs) {
  const [before = 0, now = 0] = values.slice(-2);
  return (Math.max(before, now) * 60_000) / widthMs;
}
