import { count, digits, milliseconds, percent, timeOf, usd } from "../format.ts";
import { name, pill } from "../parts.ts";
import { colourOf } from "./colours.js";
import { byId, h, setText } from "./dom.js";

/** Rows that are shown, and new ones of a frame: more could not be read. */
const mostRows = 40;
const mostNew = 5;
/** Rows before someone asks for more. */
const fewRows = 12;

/** @type {Record<string, string>} */
const causes = { pin: "pinned", budget: "by a budget", cap: "capped", step: "an agent's own step" };

/** The list of decisions. It stands still while it is pointed at or has the focus, and while it is paused. */
export function createDecisions() {
  const heading = h("h2", { id: "decisions-title" }, "Decisions");
  const note = h("p", { class: "note" });
  const pause = h("button", { type: "button", class: "quiet", "aria-pressed": "false" }, "Pause");
  const body = h("tbody");
  const columns = ["Time", "Model", "Why", "Instead of", "Complexity", "Cost", "Latency"];
  const table = h(
    "table",
    { class: "log" },
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        ...columns.map((text) =>
          h("th", { scope: "col", class: text.toLowerCase().replace(" ", "-") }, text),
        ),
      ),
    ),
    body,
  );
  const empty = h(
    "p",
    { class: "empty" },
    "No request has ended yet. Decisions appear here as they are made.",
  );
  const more = h("button", { type: "button", class: "quiet more", "aria-expanded": "false" }, "Show more");
  byId("decisions").replaceChildren(h("div", { class: "head" }, heading, note, pause), empty, table, more);

  let isPaused = false;
  let shownRows = fewRows;
  let isPointed = false;
  /** @type {any[]} rows that wait while the list stands still, the newest first */
  let waiting = [];
  let missed = 0;
  const holds = () => isPaused || isPointed || body.contains(document.activeElement);
  pause.addEventListener("click", () => {
    isPaused = !isPaused;
    pause.setAttribute("aria-pressed", String(isPaused));
    setText(pause, isPaused ? "Resume" : "Pause");
    flush();
  });
  more.addEventListener("click", () => {
    const isMore = shownRows === fewRows;
    shownRows = isMore ? mostRows : fewRows;
    more.setAttribute("aria-expanded", String(isMore));
    setText(more, isMore ? "Show fewer" : "Show more");
    trim();
  });
  body.addEventListener("pointerenter", () => {
    isPointed = true;
    say();
  });
  body.addEventListener("pointerleave", () => {
    isPointed = false;
    flush();
  });
  body.addEventListener("focusout", () => queueMicrotask(flush));
  body.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    const button = target.closest("tr.row")?.querySelector("button");
    if (button instanceof HTMLButtonElement) toggle(button);
  });

  const say = () => {
    if (holds() && waiting.length + missed > 0)
      setText(note, `stands still, ${count(waiting.length + missed)} new`);
    else setText(note, missed > 0 ? `a sample: ${count(missed)} more since the last row` : "");
  };
  /** Keeps the newest rows with their details, and shows as many as are wanted. */
  const trim = () => {
    let rows = 0;
    for (const row of [...body.children]) {
      if (row.classList.contains("row")) rows += 1;
      if (rows > mostRows) row.remove();
      /** @type {HTMLElement} */ else row.hidden = rows > shownRows;
    }
    more.hidden = rows <= fewRows;
  };
  const flush = () => {
    if (!holds() && waiting.length > 0) {
      const fresh = waiting.slice(0, body.childElementCount === 0 ? mostRows : waiting.length);
      waiting = [];
      body.prepend(...fresh.map(rowOf));
      trim();
    }
    empty.hidden = body.childElementCount > 0;
    table.hidden = body.childElementCount === 0;
    if (body.childElementCount === 0) more.hidden = true;
    say();
  };

  return {
    clear() {
      waiting = [];
      missed = 0;
      body.replaceChildren();
      flush();
    },
    /** @param {any} frame */
    show({ rows, skipped }) {
      const isFirst = body.childElementCount === 0 && waiting.length === 0;
      const fresh = isFirst ? rows.slice(0, mostRows) : rows.slice(0, mostNew);
      if (isFirst) missed = 0;
      else if (fresh.length > 0) missed = (holds() ? missed : 0) + skipped + rows.length - fresh.length;
      waiting = [...fresh, ...waiting];
      missed += Math.max(0, waiting.length - mostRows);
      waiting = waiting.slice(0, mostRows);
      flush();
    },
  };
}

/** @param {any} row */
function rowOf(row) {
  const button = h(
    "button",
    {
      type: "button",
      class: "open",
      "aria-expanded": "false",
      "aria-label": `Details of the decision for ${row.model} at ${timeOf(row.at)}`,
    },
    timeOf(row.at),
  );
  const tr = h(
    "tr",
    { class: row.error === undefined ? "row" : "row failed" },
    h("td", { class: "time" }, button),
    h(
      "th",
      { scope: "row", class: "model" },
      h("span", { class: `dot m${colourOf(row.model)}` }),
      name(row.model),
      row.answeredBy !== undefined && h("span", { class: "then" }, " → ", name(row.answeredBy)),
    ),
    h(
      "td",
      { class: "why" },
      row.error !== undefined && pill(row.error, "bad"),
      row.cause !== undefined && pill(causes[row.cause] ?? row.cause),
      h("bdi", {}, row.reason),
    ),
    h("td", { class: "instead-of" }, row.runnerUp === undefined ? "–" : name(row.runnerUp)),
    h("td", { class: "complexity" }, complexity(row.complexity)),
    h("td", { class: "cost" }, usd(row.costUsd)),
    h("td", { class: "latency" }, milliseconds(row.latencyMs)),
  );
  /** @type {any} */ (button).details = row;
  return tr;
}

/** @param {number | undefined} value */
function complexity(value) {
  if (value === undefined) return "–";
  const width = `${100 * Math.min(1, Math.max(0, value))}%`;
  const bar = h("span", { class: "meter", "aria-hidden": "true" }, h("span", { style: { width } }));
  // Cut and not rounded: 0.6996 is below 0.7.
  return h("span", { class: "measured" }, bar, (Math.floor(value * 100 + 1e-9) / 100).toFixed(2));
}

/** @param {HTMLButtonElement} button */
function toggle(button) {
  const row = /** @type {HTMLTableRowElement} */ (button.closest("tr"));
  const isOpen = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!isOpen));
  if (isOpen) row.nextElementSibling?.remove();
  else
    row.after(
      h("tr", { class: "details" }, h("td", { colspan: 7 }, detailsOf(/** @type {any} */ (button).details))),
    );
}

/** @param {any} row */
function detailsOf(row) {
  const candidates = row.candidates.map((/** @type {any} */ one) =>
    h(
      "li",
      {},
      name(one.model),
      one.refused === undefined
        ? h(
            "span",
            { class: "note" },
            ` could be chosen${one.costUsd === undefined ? "" : `, about ${usd(one.costUsd)}`}${one.quality === undefined ? "" : `, good enough with ${percent(one.quality)}`}`,
          )
        : h("span", { class: "note" }, " refused: ", h("bdi", {}, one.refused)),
    ),
  );
  const attempts = row.attempts.map((/** @type {any} */ one) =>
    h(
      "li",
      {},
      name(one.model),
      h("span", { class: "note" }, ` ${one.hop}, ${milliseconds(one.latencyMs)}, ${usd(one.costUsd)}`),
      one.error !== undefined && pill(one.error, "bad"),
    ),
  );
  const facts = [
    ["Decision", row.id],
    ["Instead of", row.runnerUp ?? "nothing"],
    ["Propensity", digits(row.propensity)],
    ["Certificate", row.certified ? "covers it" : (row.uncertified ?? "none")],
  ];
  return h(
    "div",
    { class: "parts" },
    h(
      "div",
      {},
      h("h3", {}, "Candidates"),
      h("ul", {}, ...candidates),
      row.moreCandidates !== undefined && h("p", { class: "note" }, `${count(row.moreCandidates)} more`),
    ),
    h(
      "div",
      {},
      h("h3", {}, count(row.calls) === "1" ? "1 call" : `${count(row.calls)} calls`),
      h("ol", {}, ...attempts),
    ),
    h(
      "dl",
      {},
      ...facts.flatMap(([term, value]) => [h("dt", {}, term ?? ""), h("dd", {}, h("bdi", {}, value ?? ""))]),
    ),
  );
}
