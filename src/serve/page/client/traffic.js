import { brief, count, milliseconds, momentOf, percent, usd } from "../format.ts";
import { name } from "../parts.ts";
import { barChart } from "./bar-chart.js";
import { colourOf, restColour } from "./colours.js";
import { byId, h, setText } from "./dom.js";

/** Requests over time by model, next to their shares. */
export function createTraffic() {
  /** @type {any} */
  let latest;
  /** @type {number | undefined} */
  let pointed;
  const readout = h("p", { class: "readout" });
  const most = h("span", { class: "most" });
  const ends = h("p", { class: "ends" });
  const chart = barChart({
    label: "Requests over time",
    height: 176,
    series: restColour + 1,
    onPoint: (at) => {
      pointed = at;
      say();
    },
  });
  const plot = h("div", { class: "plot" }, most, chart.element);
  const body = h("tbody");
  const table = h(
    "table",
    {},
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        ...["Model", "Share", "Requests", "p95", "Errors", "Cost"].map((text) =>
          h("th", { scope: "col" }, text),
        ),
      ),
    ),
    body,
  );
  const heading = h("h2", { id: "traffic-title" }, "Traffic by model");
  byId("traffic").replaceChildren(
    h("div", { class: "chart" }, heading, readout, plot, ends),
    h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Models" }, table),
  );

  const say = () => {
    const { series, window, totals, at } = latest;
    if (totals.requests === 0) {
      setText(readout, "No requests in this time");
      return;
    }
    if (pointed === undefined) {
      setText(readout, `${count(totals.requests)} requests; point at a bar for its figures`);
      return;
    }
    const from = window.fromMs + pointed * window.widthMs;
    const parts = series.models
      .map((/** @type {number[]} */ values, /** @type {number} */ index) => ({
        value: values[pointed ?? 0] ?? 0,
        model: totals.models[index]?.model,
      }))
      .filter((/** @type {any} */ { value }) => value > 0)
      .map((/** @type {any} */ { value, model }) => `${String(model).slice(0, 30)} ${count(value)}`);
    const p95 = series.p95Ms[pointed];
    setText(
      readout,
      `${momentOf(from, at)}: ${count(series.requests[pointed])} requests${parts.length > 0 ? ` (${parts.join(", ")})` : ""}, ${count(series.failed[pointed])} failed, p95 ${milliseconds(p95)}`,
    );
  };

  let rowsBefore = "";
  return (/** @type {any} */ frame) => {
    latest = frame;
    const { series, totals, window, at } = frame;
    const peak = Math.max(1, ...series.requests);
    const bars = Array.from({ length: restColour + 1 }, () => series.requests.map(() => 0));
    const rest = /** @type {number[]} */ (bars[restColour]);
    series.requests.forEach((/** @type {number} */ all, /** @type {number} */ slot) => {
      let left = all;
      series.models.forEach((/** @type {number[]} */ values, /** @type {number} */ rank) => {
        const bar = bars[colourOf(totals.models[rank].model)] ?? rest;
        bar[slot] = (bar[slot] ?? 0) + (values[slot] ?? 0);
        left -= values[slot] ?? 0;
      });
      rest[slot] = (rest[slot] ?? 0) + Math.max(0, left);
    });
    chart.show(bars, peak, spoken(totals));
    plot.hidden = ends.hidden = totals.requests === 0;
    setText(most, brief(peak));
    const [first, last] = [window.fromMs, at];
    const text = `${momentOf(first, at)}\n${momentOf(last, at)}`;
    if (ends.dataset["text"] !== text) {
      ends.dataset["text"] = text;
      ends.replaceChildren(...text.split("\n").map((one) => h("span", {}, one)));
    }
    say();
    const rows = JSON.stringify(totals.models);
    if (rows === rowsBefore) return;
    rowsBefore = rows;
    body.replaceChildren(
      ...(totals.models.length === 0
        ? [h("tr", {}, h("td", { colspan: 6, class: "empty" }, "No model has been asked yet."))]
        : totals.models.map((/** @type {any} */ model) => modelRow(model, totals))),
    );
  };
}

/** @param {any} totals */
function spoken({ requests, models }) {
  const shares = models
    .slice(0, 6)
    .map(
      (/** @type {any} */ model) => `${model.model} ${percent(requests > 0 ? model.requests / requests : 0)}`,
    );
  return `Requests over time: ${count(requests)}${shares.length > 0 ? `; ${shares.join(", ")}` : ""}`;
}

/** @param {any} model @param {any} totals */
function modelRow(model, totals) {
  const share = totals.requests > 0 ? model.requests / totals.requests : undefined;
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, h("span", { class: `dot m${colourOf(model.model)}` }), name(model.model)),
    h("td", {}, percent(share)),
    h("td", {}, count(model.requests)),
    h("td", {}, milliseconds(model.p95Ms)),
    h(
      "td",
      { class: model.failed > 0.05 * model.attempts ? "bad" : undefined },
      model.attempts > 0 ? percent(model.failed / model.attempts) : "–",
    ),
    h("td", {}, usd(model.costUsd)),
  );
}
