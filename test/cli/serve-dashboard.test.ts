import { afterEach, expect, test } from "vitest";
import { run } from "../../cli/run.ts";
import { always } from "../../policies/index.ts";
import { createRouter } from "../../src/index.ts";
import { createDriftMonitor, createPromise } from "../../src/loop/index.ts";
import { createKey } from "../../src/serve/http/server/index.ts";
import { fakeModel } from "../../src/testing/index.ts";
import { temporaryFolder } from "../support/cli-config.ts";
import { readFrames } from "../support/dashboard/read-frames.ts";
import { runCli, vllmEnvironment } from "../support/run-cli.ts";

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

/** The router that a config exports: another one each time it is loaded. */
function exportsOfTest() {
  return {
    router: createRouter({ models: { small: fakeModel({ model: "small" }) }, policy: always("small") }),
    promise: createPromise({ name: "desk", maxLoss: 0.02 }),
    drift: createDriftMonitor({}),
    rollout: "a name that another tool uses",
  };
}

const config = `
const made = globalThis.exportsOfTest();
export const { promise, drift, rollout } = made;
export default made.router;
`;

/** Runs the command in this process. */
async function started(...args: readonly string[]) {
  let reload = () => {};
  let stop = () => {};
  const lines: string[] = [];
  let isBegun: (url: string) => void = () => {};
  const begun = new Promise<string>((resolve) => {
    isBegun = resolve;
  });
  const code = run(["serve", "--port", "0", "--dashboard", ...args], {
    stdout: (text) => isBegun(text.trim()),
    stderr: (text) => lines.push(text),
    stdin: (async function* () {})(),
    stdinIsTerminal: false,
    env: {},
    now: () => 0,
    drained: async () => {},
    onInterrupt(given) {
      stop = given;
      return () => {};
    },
    onReload(given) {
      reload = given;
      return () => {};
    },
  });
  ending.push(async () => {
    stop();
    expect(await code).toBe(0);
  });
  return { url: await begun, reload: () => reload(), lines };
}

test("serve --dashboard shows what the config exports, and its recording goes on over a reload", async () => {
  const files = temporaryFolder();
  ending.push(() => files.remove());
  Object.assign(globalThis, { exportsOfTest });
  ending.push(() => Reflect.deleteProperty(globalThis, "exportsOfTest"));
  const { key, record } = createKey();
  const { url, reload, lines } = await started(
    ...["--config", files.file("router.ts", config)],
    ...["--keys", files.file("keys.jsonl", `${JSON.stringify(record)}\n`)],
  );
  const authorization = `Bearer ${key}`;
  const open = (headers: Record<string, string>) => readFrames(`${url}/dashboard/events/1h`, headers);
  const stranger = await open({});
  expect(stranger.status).toBe(401);
  const ask = () =>
    fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization, "content-type": "application/json" },
      body: JSON.stringify({ model: "auto", messages: [{ role: "user", content: "hello" }] }),
    });
  expect((await ask()).status).toBe(200);
  const before = await open({ authorization });
  const first = await before.next();
  expect(first?.frame).toMatchObject({
    seq: 1,
    states: { promises: [{ name: "desk" }], rollouts: [], drift: { windows: 0 } },
  });
  reload();
  await expect.poll(() => lines.join("")).toContain("reloaded");
  expect(await before.next()).toBeUndefined();
  expect((await ask()).status).toBe(200);
  const after = await open({ authorization, "last-event-id": first?.id ?? "" });
  ending.push(after.stop);
  const second = await after.next();
  expect(second?.frame).toMatchObject({ epoch: first?.frame.epoch, seq: 2, totals: { requests: 2 } });
  expect(second?.frame.rows.map(({ seq }) => seq)).toEqual([2]);
}, 60_000);

test.each([[["--host", "0.0.0.0", "--open"], /--dashboard must be given together with --keys FILE/]])(
  "serve --dashboard %j is refused",
  async (args, message) => {
    const { exitCode, err } = await runCli(["serve", "--dashboard", "--port", "0", ...args], {
      env: vllmEnvironment("http://127.0.0.1:1/v1"),
    });
    expect(exitCode).toBe(2);
    expect(err).toMatch(message);
  },
);
