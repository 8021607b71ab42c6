import type {
  FrameBreaker,
  FrameBudget,
  FrameDrift,
  FrameNews,
  FramePool,
  FrameSource,
} from "../status/frame.ts";
import { type Child, h, type PageElement } from "./element.ts";
import { count, digits, isNumber, milliseconds, momentOf, percent, usd } from "./format.ts";
import { card, empty, ends, name, pill, table, title, track } from "./parts.ts";

type Kind = FrameSource["kind"];

export function budgetCard({
  budgets = [],
  kind,
  now,
}: {
  readonly budgets: readonly FrameBudget[] | undefined;
  readonly kind: Kind;
  readonly now: number;
}): PageElement {
  const rows = budgets.map((budget) => {
    const used = budget.limit > 0 ? budget.used / budget.limit : 1;
    const show = (value: number) => (budget.unit === "usd" ? usd(value) : `${count(value)} tokens`);
    const about = [
      `${show(budget.used)} of ${show(budget.limit)}`,
      budget.accounts > 1 && `the fullest of ${count(budget.accounts)} accounts`,
      isNumber(budget.resetsAt) && `resets ${momentOf(budget.resetsAt, now)}`,
    ].filter(Boolean);
    return h(
      "li",
      {},
      ends(name(budget.name), percent(used)),
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

export function poolCard(pools: readonly FramePool[]): PageElement {
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
        table(
          ["Endpoint", "Running", "Waiting", "Cache", "Wait"],
          pool.members.map((member) => [
            h("span", {}, name(member.endpoint), member.refused !== undefined && pill("refused", "warn")),
            count(member.running),
            count(member.waiting),
            percent(member.kvUsage),
            milliseconds(member.expectedWaitMs),
          ]),
        ),
      ),
    ),
    h("p", { class: "note" }, "As the newest decision saw them."),
  );
}

export function driftCard({
  drift,
  kind,
}: {
  readonly drift: FrameDrift | undefined;
  readonly kind: Kind;
}): PageElement {
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
  const { findings, alarms, windows, windowRequests, requests } = drift;
  const isJudged = findings.some(({ verdict }) => verdict !== "not-judged");
  const alarmed = new Set(alarms.map(({ of }) => of));
  return card(
    "",
    title(
      "Drift",
      alarms.length > 0
        ? pill(`${count(alarms.length)} moved`, "bad")
        : pill(isJudged ? "steady" : "not judged yet", isJudged ? "good" : ""),
    ),
    ...alarms.map((one) => h("p", { class: "about" }, name(one.of), ": ", h("bdi", {}, one.reason))),
    findings.length > 0 &&
      h("ul", { class: "plain" }, ...findings.map((one) => h("li", {}, ...found(one, alarmed)))),
    h(
      "p",
      { class: "note" },
      `${count(requests)} of ${count(windowRequests)} requests of the window; ${count(windows)} windows compared, each once.`,
    ),
  );
}

function found(
  { of, verdict, statistic, value, bound }: FrameDrift["findings"][number],
  alarmed: ReadonlySet<string>,
): readonly Child[] {
  if (verdict === "not-judged") return [ends(name(of), "too few")];
  const text = `${statistic} ${digits(value)}, bound ${digits(bound)}`;
  return [
    ends(name(of), text),
    track({
      label: `${of}: ${text}`,
      fill: value,
      limit: bound,
      most: 1.3 * Math.max(value, bound),
      tone: alarmed.has(of) || verdict === "drifted" ? "bad" : "",
    }),
  ];
}

/** Requests by tenths of complexity. */
export function complexityCard(tenths: readonly number[]): PageElement {
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
      ...tenths.map((one) => h("span", { style: { height: `${Math.max(1, (100 * one) / most)}%` } })),
    ),
    ends(h("span", {}, "0 easy"), "hard 1"),
    h("p", { class: "note" }, "A rank in the classifier's reference traffic: traffic like it is flat."),
  );
}

interface Line {
  readonly at?: number;
  readonly tone: string;
  readonly text: string;
}

export function newsCard({
  news,
  breakers = [],
  unreadable,
  now,
}: {
  readonly news: readonly FrameNews[];
  readonly breakers: readonly FrameBreaker[] | undefined;
  readonly unreadable: readonly string[];
  readonly now: number;
}): PageElement {
  const lines: readonly Line[] = [
    ...unreadable.map((part) => ({ tone: "bad", text: `Cannot be read now: ${part}` })),
    ...breakers.map((one) => ({
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
            .map(({ at, tone, text }) =>
              h("li", { class: tone }, isNumber(at) && h("time", {}, momentOf(at, now)), h("bdi", {}, text)),
            ),
        ),
  );
}
