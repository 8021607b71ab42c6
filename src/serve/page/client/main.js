import { count, momentOf } from "../format.ts";
import { firstPromiseCard } from "../promise-card.ts";
import { savingCard } from "../saving-card.ts";
import { showCards } from "./cards.js";
import { follow, forgetKey, hasKey, keepKey, takeKey } from "./connect.js";
import { createDecisions } from "./decisions.js";
import { byId, drawn, h, setText } from "./dom.js";
import { createTiles } from "./tiles.js";
import { createTraffic } from "./traffic.js";

/** @type {Record<string, [string, string]>} */
const stretches = {
  "15m": ["15 min", "the last 15 minutes"],
  "1h": ["1 h", "the last hour"],
  "24h": ["24 h", "the last 24 hours"],
  "7d": ["7 d", "the last 7 days"],
};
/** Time after which a page that cannot be seen lets go of the server, in milliseconds. */
const hiddenMs = 60_000;

let stretch = "1h";
/** @type {any} newest frame that is not drawn, with the rows of those before */
let pending;
let epoch = "";
let seq = 0;
/** @type {any} */
let states;
let isPlanned = false;
/** @type {(() => void) | undefined} */
let stop;

const showSaving = drawn("saving", savingCard);
const showPromise = drawn("promise", firstPromiseCard);
const showTiles = createTiles();
const showTraffic = createTraffic();
const decisions = createDecisions();

/** @param {string} text @param {string} tone */
function say(text, tone) {
  setText(byId("status-text"), text);
  byId("status").dataset["tone"] = tone;
}

/** @param {any} frame */
function receive(frame) {
  if (frame.epoch !== epoch) {
    if (epoch !== "") {
      decisions.clear();
      pending = undefined;
    }
    epoch = frame.epoch;
    states = undefined;
  }
  seq = frame.seq;
  if (frame.states !== undefined) states = frame.states;
  if (pending !== undefined) {
    frame.rows = [...frame.rows, ...pending.rows].slice(0, 60);
    frame.skipped += pending.skipped;
  }
  pending = frame;
  // Frames that come faster than the screen shows them are drawn together; a page in the background draws nothing.
  if (isPlanned || document.hidden) return;
  isPlanned = true;
  requestAnimationFrame(() => {
    isPlanned = false;
    draw();
  });
}

function draw() {
  const frame = pending;
  if (frame === undefined) return;
  pending = undefined;
  const { source, totals, at } = frame;
  byId("login").hidden = true;
  byId("board").hidden = false;
  byId("windows").hidden = false;
  byId("foot").hidden = false;
  byId("forget").hidden = !hasKey();
  setText(byId("source"), source.kind === "log" ? source.name : location.host);
  say(source.kind === "log" ? "Following" : "Live", "good");
  showSaving({ measured: states?.saving, totals, span: stretches[stretch]?.[1] });
  showPromise({ promises: states?.promises, totals, kind: source.kind });
  showTiles(frame);
  showTraffic(frame);
  decisions.show(frame);
  if (states !== undefined)
    showCards({
      states,
      kind: source.kind,
      now: Math.floor(at / 60_000) * 60_000,
      complexity: totals.complexity,
    });
  setText(byId("foot"), footer(source, at));
}

/** @param {any} source @param {number} at */
function footer({ kind, since, requests, processes = 0, unreadable = 0, skippedBytes = 0 }, at) {
  const begin = typeof since === "number" ? ` since ${momentOf(since, at)}` : "";
  const parts = [
    kind === "log"
      ? `${count(requests)} decisions read${begin}; time is that of the newest decision`
      : `${count(requests)} requests recorded by ${processes === 0 ? "this process" : `all ${count(processes)} workers`}${begin}`,
    processes > 1 ? "What workers do not share is shown as the worst of them has it" : "",
    unreadable > 0 ? `${count(unreadable)} lines could not be read` : "",
    skippedBytes > 0 ? `the first ${count(skippedBytes / 1e6)} MB of the file were left out` : "",
    "Quantiles of latency are within 7 %. Nothing of prompts, answers, tenants and sessions is shown.",
  ];
  return parts
    .filter((part) => part !== "")
    .join(". ")
    .replace(/\.\. /g, ". ");
}

/** @param {string} problem */
function ask(problem) {
  stop?.();
  stop = undefined;
  forgetKey();
  decisions.clear();
  epoch = "";
  pending = undefined;
  say("Locked", "");
  byId("board").hidden = true;
  byId("windows").hidden = true;
  byId("foot").hidden = true;
  byId("forget").hidden = true;
  byId("login").hidden = false;
  setText(byId("login-problem"), problem);
  byId("key").focus();
}

function connect() {
  stop?.();
  stop = follow({
    window: stretch,
    onFrame: receive,
    lastEventId: () => (epoch === "" ? undefined : `${epoch}/${seq}`),
    onStanding(standing, refusal) {
      if (standing === "waiting")
        say(refusal?.status === 503 ? "Waiting: too many pages" : "Reconnecting", "warn");
      else if (refusal?.status === 401) ask(hasKey() ? "This key is not known here." : "");
      else ask(refusal?.message || "This key may not look at the page.");
    },
  });
}

byId("windows").append(
  ...Object.entries(stretches).map(([value, [short, long]]) => {
    const input = h("input", {
      type: "radio",
      name: "window",
      value,
      checked: value === stretch,
      "aria-label": long,
    });
    input.addEventListener("change", () => {
      stretch = value;
      connect();
    });
    return h("label", {}, input, h("span", {}, short));
  }),
);
byId("login").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = /** @type {HTMLInputElement} */ (byId("key"));
  const key = field.value.trim();
  if (!/^[\x21-\x7e]{1,1024}$/.test(key)) {
    setText(
      byId("login-problem"),
      key === "" ? "Paste a key." : "A key has letters, digits and signs, without spaces.",
    );
    return;
  }
  field.value = "";
  setText(byId("login-problem"), "");
  keepKey(key);
  connect();
});
byId("forget").addEventListener("click", () => ask(""));

/** @type {ReturnType<typeof setTimeout> | undefined} */
let leaving;
document.addEventListener("visibilitychange", () => {
  clearTimeout(leaving);
  if (document.hidden) {
    leaving = setTimeout(() => {
      stop?.();
      stop = undefined;
    }, hiddenMs);
    return;
  }
  if (stop === undefined && byId("login").hidden) connect();
  else draw();
});
addEventListener("hashchange", () => {
  takeKey();
  connect();
});

takeKey();
connect();
