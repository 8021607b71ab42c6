/**
 * Simulated lives of a promise of a loss of at most 0.02: false alarms where it is kept, the number of audited records
 * until a broken one is found, and what is lost until and after the automatic answer. Needs no data:
 *
 *     npm run build && node dist/studies/promise-study.js [lives] [words of a name]
 */
import { wilsonInterval } from "../src/loop/statistics/index.ts";
import { type Ended, type Life, live, window } from "./simulate-promise.ts";

const audited = { small: 0.05, large: 0.01 };
const longest = 10 * window;
const keptLives: readonly Life[] = [
  { name: "half of the limit", lossAt: () => 0.01 },
  { name: "at the limit", lossAt: () => 0.02 },
  {
    name: "at the limit, no categories (`categories: 0`)",
    lossAt: () => 0.02,

    options: { categories: 0 },
  },
  { name: "at the limit, 8 categories", lossAt: () => 0.02, categories: 8 },
  {
    name: "at the limit, small audited at 5 %, large at 1 %, `leastProbability: 0.01`",
    lossAt: () => 0.02,

    audited,
    options: { leastProbability: audited.large },
  },
  { name: "the same without `leastProbability`", lossAt: () => 0.02, audited },
];

const change = window;
const brokenLives: readonly Life[] = [
  {
    name: "slow drift from 0.01 to 0.06 over 8,000 records",
    lossAt: (record) => 0.01 + 0.05 * Math.min(1, record / 8_000),
    breaksAt: 1_600,
  },
  {
    name: "the provider's model changes: 0.05",
    lossAt: (record) => (record < change ? 0.01 : 0.05),
    breaksAt: change,
  },
  {
    name: "the provider's model changes: 0.10",
    lossAt: (record) => (record < change ? 0.01 : 0.1),
    breaksAt: change,
  },
  {
    name: "the same to 0.05, small audited at 5 %, large at 1 %",
    lossAt: (record) => (record < change ? 0.01 : 0.05),
    breaksAt: change,
    audited,
    options: { leastProbability: audited.large },
  },
  {
    name: "a new customer: a fifth of the traffic, loss 0.20",
    lossAt: (record) => (record >= change && record % 5 === 0 ? 0.2 : 0.01),
    breaksAt: change,
  },
  {
    name: "one of 8 categories, an eighth of the traffic: 0.20",
    lossAt: (record, category) => (record >= change && category === 2 ? 0.2 : 0.01),
    breaksAt: change,
    categories: 8,
  },
];

const count = Number(process.argv[2] ?? 1_000);
const longCount = Math.ceil(count / 5);
const words = process.argv[3] ?? "";
const named = (lives: readonly Life[]) => lives.filter(({ name }) => name.includes(words));
console.log(
  `${count} lives each, ${longCount} long ones; the window has ${window} records; 95 % intervals.\n`,
);
console.log(
  "| life | broken, of lives one window long | alarms a window, of lives ten windows long | kept at the end of these |",
);
console.log("|---|---|---|---|");
for (const life of named(keptLives)) console.log(keptRow(life));
console.log(
  "\n| life | alarm before it broke | found | audited records until found, median and 90 % | answers lost until found, per audited one, median | loss before, and after a safer threshold answers |",
);
console.log("|---|---|---|---|---|---|");
for (const life of named(brokenLives)) console.log(brokenRow(life));

function livesOf(life: Life, lives: number, records: number): readonly Ended[] {
  return Array.from({ length: lives }, (_, seed) => live(life, records, seed + 1));
}

function keptRow(life: Life): string {
  const short = livesOf(life, count, window);
  const long = livesOf(life, longCount, longest);
  return row(
    life.name,
    withInterval(short.filter(({ first }) => first !== undefined).length, count),
    withError(long.map(({ alarms }) => alarms / (longest / window))),
    withInterval(long.filter(({ isKept }) => isKept).length, longCount),
  );
}

function brokenRow(life: Life): string {
  const ended = livesOf(life, count, longest);
  const breaksAt = life.breaksAt ?? 0;
  const found = ended.filter(({ first }) => first !== undefined && first > breaksAt);
  const early = ended.filter(({ first }) => first !== undefined && first <= breaksAt).length;
  const took = found.map(({ first = 0 }) => first - breaksAt);
  const lost = found.map((one) => one.lost);
  const total = took.reduce((sum, one) => sum + one, 0);
  const before = lost.reduce((sum, one) => sum + one, 0) / total;
  const after = found.map((one) => one.after ?? 0);
  return row(
    life.name,
    withInterval(early, count),
    withInterval(found.length, count - early),
    `${quantile(took, 0.5)}, ${quantile(took, 0.9)}`,
    quantile(lost, 0.5).toFixed(1),
    `${before.toFixed(4)}, ${withError(after)}`,
  );
}

function row(...cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function quantile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? Number.NaN;
}

function withInterval(events: number, of: number): string {
  const { low, high } = wilsonInterval(events / of, of);
  const shown = (share: number) => (100 * share).toFixed(1);
  return `${shown(events / of)} % [${shown(low)}, ${shown(high)}]`;
}

function withError(values: readonly number[]): string {
  const mean = values.reduce((sum, one) => sum + one, 0) / values.length;
  const variance = values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (values.length - 1);
  const error = 1.96 * Math.sqrt(variance / values.length);
  return `${mean.toFixed(4)} [${Math.max(0, mean - error).toFixed(4)}, ${(mean + error).toFixed(4)}]`;
}
