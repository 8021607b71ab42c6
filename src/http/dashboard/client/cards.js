import { sequence, track } from "./charts.js";
import { drawn, h, name } from "./dom.js";
import { pill, title } from "./first.js";
import { atMost, count, digits, interval, isNumber, milliseconds, momentOf, percent, usd } from "./format.js";

/** All that is a state: drawn again when it changes. */
export const showCards = drawn("cards", ({ states, kind, now, complexity }) => [
  ...(states.rollouts ?? []).map((/** @type {any} */ rollout) => rolloutCard(rollout, states.arms, now)),
  ...armCards(states, kind),
  budgetCard(states.budgets, kind, now),
  poolCard(states.pools),
  driftCard(states.drift, kind),
  complexityCard(complexity),
  ...(states.promises ?? []).slice(1).map(promiseCard),
  newsCard(states, now),
]);

/** @param {string} className @param {...any} children */
const card = (className, ...children) => h("article", { class: `card ${className}` }, ...children);
/** @param {string} text */
const empty = (text) => h("p", { class: "empty" }, text);

/** @type {Record<string, string>} */
const tones = {
  running: "good",
  done: "good",
  paused: "warn",
  "rolled-back": "bad",
  aborted: "bad",
  invalid: "bad",
};

/** @param {any} rollout @param {any[]} arms @param {number} now */
function rolloutCard(rollout, arms, now) {
  const { id, state, stage, stages, share, controlShare, verdict, reason, units, guards, since, confidence } =
    rollout;
  const own = arms.find((one) => one.rollout === id);
  return card(
    "rollout wide",
    title("Rollout", name(id), pill(state, tones[state])),
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
      `${percent(share)} candidate, ${percent(controlShare)} control since ${momentOf(Date.parse(since), now)}; ${count(units.candidate)} and ${count(units.control)} units compared. Last verdict: ${verdict}: `,
      h("bdi", {}, reason),
    ),
    own !== undefined && armTable(own.arms),
    h("div", { class: "guards" }, ...guards.map((/** @type {any} */ guard) => guardPlot(guard, confidence))),
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
  const heads = ["Arm", "Share", "Requests", "Errors", "Mean cost"];
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

/** @param {any} states @param {string} kind */
function armCards({ arms, rollouts = [] }, kind) {
  const others = arms.filter(
    (/** @type {any} */ one) => !rollouts.some((/** @type {any} */ rollout) => rollout.id === one.rollout),
  );
  if (others.length > 0)
    return others.map((/** @type {any} */ one) =>
      card("", title("Arms of", name(one.rollout)), armTable(one.arms)),
    );
  if (rollouts.length > 0) return [];
  const where =
    kind === "log" ? "No decision of this log is in an arm." : "No rollout is watched (createRollout).";
  return [card("", title("Rollout"), empty(where))];
}

/** @param {any[] | undefined} budgets @param {string} kind @param {number} now */
function budgetCard(budgets, kind, now) {
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
function poolCard(pools) {
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

/** @param {any} drift @param {string} kind */
function driftCard(drift, kind) {
  if (drift === undefined)
    return card(
      "",
      title("Drift"),
      empty(
        kind === "log" ? "A log has no drift monitor." : "No drift monitor is watched (createDriftMonitor).",
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
function complexityCard(tenths) {
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
function promiseCard(promise) {
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
      `At most ${atMost(promise.upperBound)} lost; promised ${percent(promise.maxLoss)}; ${count(promise.records)} audited.`,
    ),
  );
}

/** @param {any} states @param {number} now */
function newsCard({ news, breakers = [], unreadable }, now) {
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
