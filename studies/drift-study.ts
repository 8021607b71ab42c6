/**
 * Simulated lives of a drift monitor: false alarms by window where nothing moves, and windows until a change is found.
 * Needs no data:
 *
 *     npm run build && node dist/studies/drift-study.js [lives]
 */
import { createDriftMonitor } from "../src/loop/index.ts";
import { seededRandom, wilsonInterval } from "../src/loop/statistics/index.ts";
import { drawDecision, type Traffic, usualTraffic } from "./drift-worlds.ts";

interface World {
  readonly name: string;
  readonly windowRequests: number;
  /** Changes after five windows. Absent: nothing. */
  readonly later?: Partial<Traffic>;
  /** Name of the finding that ought to come. */
  readonly of?: string;
  /** Requests of a session; all of one session say the same. Default 1. */
  readonly turns?: number;
}

const steady = 5;
const lifeWindows = 20;
const { languages, categories } = usualTraffic;
const worlds: readonly World[] = [
  { name: "nothing moves, windows of 200", windowRequests: 200 },
  { name: "nothing moves, windows of 1,000", windowRequests: 1_000 },
  { name: "nothing moves, sessions of 10 equal turns", windowRequests: 1_000, turns: 10 },
  {
    name: "harder: median complexity 0.50 to 0.59",
    windowRequests: 1_000,
    later: { power: 0.75 },
    of: "score",
  },
  {
    name: "harder: median complexity 0.50 to 0.66",
    windowRequests: 1_000,
    later: { power: 0.6 },
    of: "score",
  },
  {
    name: "a language from 1 % to 15 %",
    windowRequests: 1_000,
    later: { languages: { ...languages, en: 0.46, nl: 0.15 } },
    of: "language",
  },
  {
    name: "a new category with 10 %",
    windowRequests: 1_000,
    later: { categories: { ...categories, chat: 0.4, legal: 0.1 } },
    of: "category",
  },
  { name: "prompts twice as long", windowRequests: 1_000, later: { logTokens: 6.7 }, of: "length" },
  {
    name: "classifier failures from 1 % to 4 %",
    windowRequests: 1_000,
    later: { failureShare: 0.04 },
    of: "classifier-failures",
  },
];

const count = Number(process.argv[2] ?? 1_000);
console.log(`${count} lives of ${lifeWindows} windows each; one false alarm in 20 windows is promised.\n`);
console.log(
  "| traffic | windows with an alarm, if nothing moved | found in the first window after | found at all |",
);
console.log("|---|---|---|---|");
for (const world of worlds) console.log(rowOf(world));

function rowOf({ name, windowRequests, later, of, turns = 1 }: World): string {
  let [windows, falseOnes, first, found] = [0, 0, 0, 0];
  for (let life = 0; life < count; life += 1) {
    const random = seededRandom(7_919 * life + windowRequests);
    const monitor = createDriftMonitor({ windowRequests });
    let session = 0;
    // The reference, and then the windows that are compared.
    for (let window = -1; window < lifeWindows; window += 1) {
      const traffic = later !== undefined && window >= steady ? { ...usualTraffic, ...later } : usualTraffic;
      const before = monitor.status().windows;
      while (
        monitor.status().windows === before &&
        (window >= 0 || monitor.status().requests < windowRequests - 1)
      ) {
        const decision = drawDecision(traffic, random);
        session += 1;
        for (let turn = 0; turn < turns; turn += 1)
          monitor({
            type: "decision-made",
            decision: { ...decision, request: { ...decision.request, session: String(session) } },
          });
      }
      if (window < 0) continue;
      const drifted = monitor.status().findings.filter(({ verdict }) => verdict === "drifted");
      if (later === undefined || window < steady) {
        windows += 1;
        if (drifted.length > 0) falseOnes += 1;
      } else if (drifted.some((finding) => finding.of === of)) {
        if (window === steady) first += 1;
        found += 1;
        break;
      }
    }
  }
  const cells = [
    share(falseOnes, windows),
    ...(later === undefined ? ["", ""] : [share(first, count), share(found, count)]),
  ];
  return `| ${name} | ${cells.join(" | ")} |`;
}

function share(events: number, trials: number): string {
  const { low, high } = wilsonInterval(events / trials, trials);
  return `${(100 * (events / trials)).toFixed(2)} % [${(100 * low).toFixed(2)}, ${(100 * high).toFixed(2)}], n = ${trials.toLocaleString("en-US")}`;
}
