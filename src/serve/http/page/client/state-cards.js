import { card, empty } from "./card.js";
import { track } from "./charts.js";
import { h, name } from "./dom.js";
import { pill, title, worstOf } from "./first.js";
import { atMost, count, digits, isNumber, milliseconds, momentOf, percent, usd } from "./format.js";

/** @param {any} input */
export function budgetCard({ budgets, kind, now }) {
  const rows = (budgets ?? []).map((budget) => {
    const used = budget.limit > 0 ? budget.used / budget.limit : 1;
    const show = (/** @type {number} */ value) =>
      budget.unit === "usd" ? usd(value) : `${count(value)} tokens`;
    const about = [
      `${show(budget.used)} of ${show(budget.limit)}`,
      budget.accounts > 1 && `the fullest of ${count(budget.accounts)} accounts`,
      isNumber(budget.resetsAt) && `resets ${momentOf(budget.resetsAt, now)}`,
    ].filter(Boolean);
    return h(
      "li",
      {},
      h("p", { class: "ends" }, name(budget.name), h("span", {}, percent(used))),
      track({
        label: `${percent(used)} of ${budget.name} used`,
        fill: used,
        most: 1,
        tone: used >= 1 ? "bad" : used >= 0.9 ? "warn" : "",
      }),
      h("p", { class: "note" }, about.join(", ")),
    );
  });
  return card(
    "",
    title("Budgets"),
    rows.length === 0
      ? empty(kind === "log" ? "No decision of this log names a budget." : "No budget is in use.")
      : h("ul", { class: "plain" }, ...rows),
  );
}

/** @param {any[]} pools */
export function poolCard(pools) {
  if (pools.length === 0)
    return card("", title("Pools"), empty("No decision was about a pool of endpoints."));
  return card(
    "",
    title("Pools"),
    ...pools.map((pool) =>
      h(
        "section",
        {},
        h("h3", {}, name(pool.model)),
        h(
          "table",
          {},
          h(
            "thead",
            {},
            h(
              "tr",
              {},
              ...["Endpoint", "Running", "Waiting", "Cache", "Wait"].map((text) =>
                h("th", { scope: "col" }, text),
              ),
            ),
          ),
          h(
            "tbody",
            {},
            ...pool.members.map((/** @type {any} */ member) =>
              h(
                "tr",
                {},
                h(
                  "th",
                  { scope: "row" },
                  name(member.endpoint),
                  member.refused !== undefined && pill("refused", "warn"),
                ),
                h("td", {}, count(member.running)),
                h("td", {}, count(member.waiting)),
                h("td", {}, percent(member.kvUsage)),
                h("td", {}, milliseconds(member.expectedWaitMs)),
              ),
            ),
          ),
        ),
      ),
    ),
    h("p", { class: "note" }, "As the newest decision saw them."),
  );
}

/** @param {any} input */
export function driftCard({ drift, kind }) {
  if (drift === undefined)
    return card(
      "",
      title("Drift"),
      empty(
        kind === "log"
          ? "This log tells of no drift: decisionLog({ loop: { drift } }) writes its state."
          : "No drift monitor is watched (createDriftMonitor).",
      ),
    );
  const judged = drift.findings.filter((/** @type {any} */ one) => one.verdict !== "not-judged");
  const alarmed = new Set(drift.alarms.map((/** @type {any} */ one) => one.of));
  return card(
    "",
    title(
      "Drift",
      drift.alarms.length > 0
        ? pill(`${count(drift.alarms.length)} moved`, "bad")
        : pill(judged.length > 0 ? "steady" : "not judged yet", judged.length > 0 ? "good" : ""),
    ),
    ...drift.alarms.map((/** @type {any} */ one) =>
      h("p", { class: "about" }, name(one.of), ": ", h("bdi", {}, one.reason)),
    ),
    judged.length === 0
      ? empty(
          `${count(drift.requests)} of ${count(drift.windowRequests)} requests of the window; ${count(drift.windows)} windows compared.`,
        )
      : h(
          "ul",
          { class: "plain" },
          ...judged.map((/** @type {any} */ one) =>
            h(
              "li",
              {},
              h(
                "p",
                { class: "ends" },
                name(one.of),
                h("span", {}, `${digits(one.value)}, bound ${digits(one.bound)}`),
              ),
              track({
                label: `${one.of}: ${digits(one.value)}, bound ${digits(one.bound)}`,
                fill: one.value,
                limit: one.bound,
                most: 1.3 * Math.max(one.value, one.bound),
                tone: alarmed.has(one.of) || one.verdict === "drifted" ? "bad" : "",
              }),
            ),
          ),
        ),
  );
}

/** @param {number[]} tenths */
export function complexityCard(tenths) {
  const most = Math.max(...tenths);
  if (most === 0) return card("", title("Complexity"), empty("No request was classified in this time."));
  const all = tenths.reduce((sum, one) => sum + one, 0);
  return card(
    "",
    title("Complexity"),
    h(
      "div",
      {
        class: "tenths",
        role: "img",
        "aria-label": `Requests by complexity, in tenths: ${tenths.map((one) => percent(one / all)).join(", ")}`,
      },
      ...tenths.map((one) => {
        const bar = h("span");
        bar.style.height = `${Math.max(1, (100 * one) / most)}%`;
        return bar;
      }),
    ),
    h("p", { class: "ends" }, h("span", {}, "0 easy"), h("span", {}, "hard 1")),
    h("p", { class: "note" }, "A rank in the classifier's reference traffic: traffic like it is flat."),
  );
}

/** @param {any} promise */
export function promiseCard(promise) {
  const tone = promise.state === "kept" ? "good" : promise.state === "broken" ? "bad" : "warn";
  return card(
    "",
    title("Promise", name(promise.name), pill(promise.state, tone)),
    track({
      label: `Mean loss ${percent(promise.meanLoss)}, upper bound ${atMost(promise.upperBound)}, promised at most ${percent(promise.maxLoss)}`,
      fill: promise.meanLoss,
      low: promise.meanLoss,
      high: promise.upperBound,
      limit: promise.maxLoss,
      most: 1.6 * Math.max(promise.maxLoss, promise.upperBound ?? 0),
      tone,
    }),
    h(
      "p",
      { class: "about" },
      `${isNumber(promise.upperBound) ? `At most ${atMost(promise.upperBound)} lost` : `Mean loss ${percent(promise.meanLoss)}`}; promised ${percent(promise.maxLoss)}; ${count(promise.records)} audited${worstOf(promise)}.`,
    ),
  );
}

/** @param {any} input */
export function newsCard({ news, breakers = [], unreadable, now }) {
  const lines = [
    ...unreadable.map((/** @type {string} */ part) => ({ tone: "bad", text: `Cannot be read now: ${part}` })),
    ...breakers.map((/** @type {any} */ one) => ({
      tone: "bad",
      text:
        one.state === "closed" ? `${one.name} asked for a pause` : `Breaker of ${one.name} is ${one.state}`,
    })),
    ...news,
  ];
  return card(
    "two",
    title("News"),
    lines.length === 0
      ? empty("Nothing out of the ordinary.")
      : h(
          "ul",
          { class: "plain news" },
          ...lines
            .slice(0, 12)
            .map((line) =>
              h(
                "li",
                { class: line.tone },
                isNumber(line.at) && h("time", {}, momentOf(line.at, now)),
                h("bdi", {}, line.text),
              ),
            ),
        ),
  );
}
