/**
 * Simulated lives of a promise of a loss of at most 0.02: false alarms where the loss lies at the limit, and the
 * number of audited records until a broken promise is found. Needs no data:
 *
 *     npm run build && node dist/studies/promise-study.js [lives]
 */
import { createPromise } from "../src/rollout/promise.ts";
import { seededRandom } from "../src/statistics/seeded-random.ts";
import { wilsonInterval } from "../src/statistics/wilson-interval.ts";

interface Life {
  readonly name: string;
  /** Mean loss by record. */
  readonly lossAt: (record: number) => number;
  readonly records: number;
  /** Record at which the promise breaks. Absent: it does not. */
  readonly breaksAt?: number;
}

const window = 2_000;
const gains = 0.03;
const lives: readonly Life[] = [
  { name: "half of the limit", lossAt: () => 0.01, records: window },
  { name: "at the limit, one window", lossAt: () => 0.02, records: window },
  { name: "at the limit, ten windows", lossAt: () => 0.02, records: 10 * window },
  { name: "no loss", lossAt: () => 0, records: 2 * window },
  {
    name: "slow drift from 0.01 to 0.06 over 8,000 records",
    lossAt: (at) => 0.01 + 0.05 * Math.min(1, at / 8_000),
    records: 16_000,
    breaksAt: 1_600,
  },
  {
    name: "sudden change to 0.05 after two windows",
    lossAt: (at) => (at < 4_000 ? 0.01 : 0.05),
    records: 10_000,
    breaksAt: 4_000,
  },
  {
    name: "sudden change to 0.10 after two windows",
    lossAt: (at) => (at < 4_000 ? 0.01 : 0.1),
    records: 10_000,
    breaksAt: 4_000,
  },
  {
    name: "a new customer: a fifth of the traffic, loss 0.20",
    lossAt: (at) => (at >= 4_000 && at % 5 === 0 ? 0.2 : 0.01),
    records: 10_000,
    breaksAt: 4_000,
  },
];

const count = Number(process.argv[2] ?? 1_000);
console.log(`${count} lives each; losses are 1, -1 (${100 * gains} %) or 0; window of ${window} records.\n`);
console.log(
  "| life | broken | before it broke | found after, median and 90 % | kept at the end | alarms a window |",
);
console.log("|---|---|---|---|---|---|");
for (const life of lives) console.log(rowOf(life));

function rowOf({ name, lossAt, records, breaksAt }: Life): string {
  const found: number[] = [];
  let early = 0;
  let kept = 0;
  let alarms = 0;
  for (let seed = 1; seed <= count; seed += 1) {
    const random = seededRandom(seed * 7_919);
    const promise = createPromise({ maxLoss: 0.02, window });
    let first: number | undefined;
    for (let at = 0; at < records; at += 1) {
      const { state } = promise.add({ loss: draw(lossAt(at), random) });
      if (state !== "broken") continue;
      first ??= at + 1;
      alarms += 1;
      if (breaksAt !== undefined) break;
      promise.renew();
    }
    if (promise.standing().state === "kept") kept += 1;
    if (first === undefined) continue;
    if (first <= (breaksAt ?? 0)) early += 1;
    else found.push(first - (breaksAt ?? 0));
  }
  found.sort((a, b) => a - b);
  const at = (share: number) => found[Math.floor(share * (found.length - 1))] ?? "n/a";
  const after = breaksAt === undefined ? "" : `${at(0.5)}, ${at(0.9)}`;
  const perWindow = breaksAt === undefined ? (alarms / count / (records / window)).toFixed(4) : "";
  return `| ${[name, withInterval(found.length + early), breaksAt === undefined ? "" : withInterval(early), after, withInterval(kept), perWindow].join(" | ")} |`;
}

function draw(mean: number, random: () => number): number {
  const drawn = random();
  if (drawn < mean + gains) return 1;
  return drawn < mean + 2 * gains ? -1 : 0;
}

function withInterval(events: number): string {
  const { low, high } = wilsonInterval(events / count, count);
  const shown = (share: number) => (100 * share).toFixed(1);
  return `${shown(events / count)} % [${shown(low)}, ${shown(high)}]`;
}
