import { brief, count, milliseconds, percent, usd } from "../format.ts";
import { title } from "../parts.ts";
import { barChart } from "./bar-chart.js";
import { byId, h, make, setText } from "./dom.js";

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
  byId(id).replaceChildren(make(title(heading)), h("p", { class: "figure" }, main), beside, chart.element);
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
