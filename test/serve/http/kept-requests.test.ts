import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { decisionLog, spendMeter } from "../../../src/index.ts";
import { createHandler } from "../../../src/serve/http/index.ts";
import { prometheus } from "../../../src/serve/metrics/prometheus/index.ts";
import { dashboard } from "../../../src/serve/status/index.ts";
import { audited } from "../../support/audited.ts";
import { memoryInUse } from "../../support/memory-in-use.ts";
import { runs } from "../../support/runs.ts";

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

const megabyte = 2 ** 20;
const count = 33;
const size = runs(2, 16) * megabyte;
const chat = '"model":"auto","max_tokens":9,"messages":[{"role":"user","content":"hi"}]';

const shortOf = (path: string): string =>
  path === "responses" ? '{"model":"auto","input":"hi"}' : `{${chat}}`;

it.each([
  ["note", "chat/completions", (at: number) => `{${chat},"note":"${at}${"x".repeat(size)}"}`],
  ["metadata", "chat/completions", (at: number) => `{${chat},"metadata":{"a":"${at}${"x".repeat(size)}"}}`],
  ["note", "messages", (at: number) => `{${chat},"note":"${at}${"x".repeat(size)}"}`],
  ["user", "responses", (at: number) => `{"model":"auto","input":"hi","user":"${at}${"x".repeat(size)}"}`],
])(
  "33 requests with a long %s of %s leave next to nothing in memory, whatever listens",
  async (_, path, bodyOf) => {
    const folder = await mkdtemp(join(tmpdir(), "kept-"));
    folders.push(folder);
    // A reference that never answers: the queue of the audit holds what it may.
    const { router, audit, small, large } = audited({
      large: { answer: () => new Promise<string>(() => {}) },
      options: {
        maxCharacters: 100_000_000,
        cache: {},
        coalesce: () => true,
        onEvent: decisionLog({ file: join(folder, "decisions.jsonl"), prompts: true }),
      },
    });
    const meter = spendMeter();
    router.observe(meter);
    const handler = createHandler(router, {
      maxBodyCharacters: 2 * size,
      metrics: { ...prometheus(router), open: true },
      dashboard: dashboard(router),
    });
    const ask = async (body: string): Promise<void> => {
      const answer = await handler(`http://localhost/v1/${path}`, {
        method: "POST",
        body,
        headers: { "content-type": "application/json" },
      });
      await answer.text();
      expect(answer.status).toBe(200);
      // The fake model keeps what it was asked, for tests.
      (small.requests as unknown[]).length = 0;
    };
    const before = memoryInUse();
    for (let at = 0; at < count; at += 1) await ask(bodyOf(at));
    // The answer of `/v1/responses` says `user` again, and the last answer may lie on the stack still: a short one follows.
    await ask(shortOf(path));
    await vi.waitFor(() => expect(large.requests.length).toBeGreaterThan(0), { timeout: 10_000 });
    const left = memoryInUse() - before;
    // What the audit holds, as its bound of 32 million characters says, and a part of them once more as it was sent.
    expect(left / megabyte).toBeLessThan(40);
    await audit.close();
    await router.close();
  },
);
