/**
 * A closed loop end to end, over HTTP on loopback with a simulated clock: no labels, certificate, rollout to all requests, a
 * model that its provider changes, a broken promise, and a rollback in the middle of a second rollout. Needs no data:
 *
 *     npm run build && node dist/studies/closed-loop-study.js [seeds] [folder for the pages of the first seed]
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderLoop } from "../evals/report/loop/render-loop.ts";
import { renderRollout } from "../evals/report/loop/render-rollout.ts";
import { meanError, tInterval } from "../src/loop/statistics/index.ts";
import {
  type ClosedLoop,
  fullStages,
  type LoopPart,
  maxLoss,
  runClosedLoop,
} from "./simulate-closed-loop.ts";

const seeds = Number(process.argv[2] ?? 10);
const pages = process.argv[3];

const loops: ClosedLoop[] = [];
for (let seed = 1; seed <= seeds; seed += 1) {
  const folder = mkdtempSync(join(tmpdir(), "closed-loop-"));
  try {
    const plan = {
      seed,
      folder,
      rate: 0.5,
      stages: fullStages,
      mostTurns: 3,
      concurrency: 1,
      mostRequests: 8_000,
    };
    const loop = await runClosedLoop(plan);
    loops.push(loop);
    if (seed === 1 && pages !== undefined) await writePages(loop, pages);
    console.error(`seed ${seed}: first ${loop.first.state}, second ${loop.second.state}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
await report();

async function report(): Promise<void> {
  console.log(
    "| part | requests | answered | by a fallback | audited | days | to the small model, % | true loss |\n|---|---|---|---|---|---|---|---|",
  );
  for (const [at, { name }] of (loops[0]?.parts ?? []).entries()) {
    const parts = loops.flatMap(({ parts: all }) => all[at] ?? []);
    const of = (value: (part: LoopPart) => number, digits = 0) => interval(parts.map(value), digits);
    const cells = [
      name,
      await of(({ requests }) => requests),
      parts.every(({ answered, requests }) => answered === requests) ? "all" : "not all",
      await of(({ fallbacks }) => fallbacks, 1),
      await of(({ audited }) => audited),
      await of(({ days }) => days, 1),
      await of(({ toSmall, requests }) => (100 * toSmall) / requests),
      await of(({ trueLoss }) => trueLoss, 3),
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
  const all = (value: "requests" | "answered") =>
    loops.flatMap(({ parts }) => parts).reduce((sum, part) => sum + part[value], 0);
  const count = (is: (loop: ClosedLoop) => boolean) => `${loops.filter(is).length} of ${loops.length}`;
  const of = (value: (loop: ClosedLoop) => number) => interval(loops.map(value), 3);
  for (const line of [
    "",
    `requests: ${all("requests")}, answered: ${all("answered")}`,
    `threshold: ${await of(({ tuning }) => tuning.threshold ?? 0)}`,
    `true loss of the certified threshold: ${await of(({ trueLossOfTuning }) => trueLossOfTuning)}`,
    `above ${maxLoss}: ${count(({ trueLossOfTuning }) => trueLossOfTuning > maxLoss)}`,
    ...(["first", "second"] as const).map(
      (which) =>
        `${which} rollout: ${["done", "rolled-back", "aborted", "running", "invalid"]
          .map((state) => `${state} ${count((loop) => loop[which].state === state)}`)
          .join(", ")}`,
    ),
    `promise found broken: ${count(({ atBreak }) => atBreak.promise?.state === "broken")}`,
    `audits, US dollars: ${await of(({ auditUsd }) => auditUsd)}`,
  ])
    console.log(line);
}

/** Mean, and its 95 % interval over the seeds. */
async function interval(values: readonly number[], digits: number): Promise<string> {
  const error = meanError(Float64Array.from(values));
  const mean = error.mean.toFixed(digits);
  if (values.length < 2) return mean;
  const { low, high } = await tInterval(error, 0.95);
  return `${mean} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`;
}

async function writePages({ atTuning, atBreak, first, second }: ClosedLoop, folder: string): Promise<void> {
  const now = Date.parse(second.history.at(-1)?.at ?? second.since);
  writeFileSync(join(folder, "loop-certificate.html"), renderLoop(atTuning));
  writeFileSync(join(folder, "loop-broken.html"), renderLoop(atBreak));
  writeFileSync(join(folder, "rollout-done.html"), renderRollout(first, now));
  writeFileSync(join(folder, "rollout-rolled-back.html"), renderRollout(second, now));
}
