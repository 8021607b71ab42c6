import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { joinDecisions } from "../../../evals/data/decisions/join-feedback.ts";
import { readSpend } from "../../../evals/monitor/spend/read-spend.ts";
import { always } from "../../../policies/index.ts";
import type { LoopEvent } from "../../../src/contracts/index.ts";
import { createRouter, decisionLog } from "../../../src/index.ts";
import { createHoldOut, createPromise, loopStates } from "../../../src/loop/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { runCli } from "../../support/run-cli.ts";

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "switchpoint-events-"));
  file = join(folder, "decisions.jsonl");
});
afterEach(() => rm(folder, { recursive: true }));

/** Writes a log with each kind of line: two tenants, an event, states, and feedback on a decision in an arm. */
async function write(): Promise<void> {
  const price = { usdPerMillionInputTokens: 100, usdPerMillionOutputTokens: 100 };
  const { policy } = createHoldOut({
    policy: always("small"),
    large: "small",
    share: 0.5,
    salt: "a secret of the tests",
  });
  const loop = loopStates({ promises: [createPromise({ name: "desk", maxLoss: 0.02 })] });
  const router = createRouter({
    models: { small: fakeModel({ price }) },
    policy,
    onEvent: decisionLog({ file, prompts: true, loop }),
  });
  let emit: (event: LoopEvent) => void = () => {};
  const attached = Object.assign(() => {}, {
    attach(to: (event: LoopEvent) => void) {
      emit = to;
    },
  });
  router.observe(attached);
  for (const tenant of ["acme", "other"]) {
    const { decision } = await router.route({
      messages: [{ role: "user", content: "Hello" }],
      session: `session of ${tenant}`,
      tenant,
    });
    router.feedback(decision, 1, { source: `thumbs-of-${tenant}` });
  }
  emit({
    type: "drift-found",
    of: "score",
    statistic: "psi",
    value: 1,
    bound: 0.2,
    reason: "r",
    command: "c",
  });
  await router.replace({ policy: always("small"), reason: "test" });
  await router.close();
}

const linesOf = async (): Promise<readonly Record<string, unknown>[]> =>
  (await readFile(file, "utf8"))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

it("events and states have lines of their own, with their time", async () => {
  await write();
  const kinds = (await linesOf()).map((line) => {
    const event = line["event"] as { readonly type: string } | undefined;
    return event?.type ?? ("loop" in line ? "loop" : "decision");
  });
  expect(kinds).toEqual([
    "decision",
    "feedback-given",
    "decision",
    "feedback-given",
    "drift-found",
    "parts-replaced",
    "loop",
  ]);
  for (const { at } of await linesOf()) expect(new Date(String(at)).toISOString()).toBe(at);
});

it("all that read decisions pass over them", async () => {
  await write();
  const { spend } = await readSpend({ logs: [file] });
  expect(spend).toMatchObject({ requests: 2, repeated: 0, unlisted: { attempts: 0 } });
  const feedback = join(folder, "feedback.jsonl");
  const [first] = await linesOf();
  await writeFile(feedback, `${JSON.stringify({ decisionId: first?.["id"], quality: 1 })}\n`);
  const { decisions, report } = joinDecisions({ log: file, feedback });
  for await (const _ of decisions());
  expect(report.decisions).toBe(2);
  const config = join(folder, "router.mjs");
  await writeFile(config, "export default globalThis.routerOfTest();\n");
  const routerOfTest = () => createRouter({ models: { small: fakeModel() }, policy: always("small") });
  Object.assign(globalThis, { routerOfTest });
  for (const args of [
    ["logs", file],
    ["logs", file, "--costliest"],
    ["decide", "--config", config, "--diff", file, file],
    ["eval", "spend", "--log", file],
    ["eval", "import", "--from", "decisions", "--feedback", feedback, "--out", join(folder, "o.jsonl"), file],
  ]) {
    const { exitCode, err } = await runCli(args);
    expect({ args, exitCode, err: exitCode === 0 ? "" : err }).toEqual({ args, exitCode: 0, err: "" });
  }
  Reflect.deleteProperty(globalThis, "routerOfTest");
  const { out } = await runCli(["logs", file, "--json"]);
  expect(out.trimEnd().split("\n")).toHaveLength(2);
});

it("feedback goes with its decision, by tenant and by session", async () => {
  await write();
  const { exitCode } = await runCli(["logs", "delete", file, "--tenant", "acme"]);
  expect(exitCode).toBe(0);
  const left = await readFile(file, "utf8");
  expect(left).not.toContain("acme");
  expect(left).toContain("thumbs-of-other");
  expect(left).toContain("drift-found");
  await runCli(["logs", "delete", file, "--session", "session of other"]);
  expect(await readFile(file, "utf8")).not.toContain("thumbs-of");
  expect((await linesOf()).length).toBe(3);
});
