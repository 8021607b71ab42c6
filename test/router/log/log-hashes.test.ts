import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter, type DecisionLogOptions, decisionLog } from "../../../src/index.ts";
import { hashKeyId, hiddenValue, promptHash } from "../../../src/router/log/keyed-hash.ts";
import { fakeModel } from "../../../src/testing/index.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "switchpoint-log-"));
});
afterEach(() => rm(folder, { recursive: true }));

const request = {
  messages: [{ role: "user" as const, content: "Tell me a secret" }],
  session: "SESSION-1",
  tenant: "TENANT-1",
  labels: { user: "USER-1", team: "blue" },
};

async function logged(options: Partial<DecisionLogOptions>, between: () => void = () => {}) {
  const file = join(folder, "decisions.jsonl");
  const log = decisionLog({ file, ...options });
  const router = createRouter({ models: { small: fakeModel() }, policy: always("small"), onEvent: log });
  await router.route(request);
  // Lines are made when the event loop is free.
  await new Promise((resolve) => setTimeout(resolve, 20));
  between();
  await router.route(request);
  await router.close();
  const text = await readFile(file, "utf8");
  return {
    text,
    lines: text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  };
}

describe("hashes of a decision log", () => {
  it("name their key, and change with it; those of an old key still verify", async () => {
    let key = "key of May";
    const { lines } = await logged({ hashKey: () => key }, () => {
      key = "key of June";
    });
    const [may, june] = lines;
    expect(may.promptHash).not.toBe(june.promptHash);
    for (const [line, used] of [
      [may, "key of May"],
      [june, "key of June"],
    ] as const) {
      expect(line.hashKeyId).toBe(hashKeyId(used));
      expect(line.promptHash).toBe(promptHash(used, "Tell me a secret"));
    }
  });

  it("go on with the last key when the function throws or returns something else", async () => {
    let calls = 0;
    const hashKey = (): string => {
      calls += 1;
      if (calls > 1) throw new Error("the vault is closed");
      return "key of May";
    };
    const { lines } = await logged({ hashKey });
    expect(lines.map(({ hashKeyId: id }) => id)).toEqual([hashKeyId("key of May"), hashKeyId("key of May")]);
  });

  it("stand in place of session, tenant and labels that are named, everywhere in the line", async () => {
    const { text, lines } = await logged({ hashKey: "k", hash: ["session", "tenant", "labels.user"] });
    expect(text).not.toMatch(/SESSION-1|TENANT-1|USER-1/);
    expect(lines[0].request).toMatchObject({
      session: hiddenValue("k", "session", "SESSION-1"),
      tenant: hiddenValue("k", "tenant", "TENANT-1"),
      labels: { user: hiddenValue("k", "labels.user", "USER-1"), team: "blue" },
    });
    expect(lines[0].request.session).toBe(lines[1].request.session);
  });

  it("refuse fields that they do not know, and keys that are no text, without showing them", () => {
    const of = (options: object) => () => decisionLog({ file: "x", ...(options as object) });
    expect(of({ hash: ["prompt"] })).toThrow("decisionLog.hash must be a list");
    expect(of({ hashKey: 7_654_321 })).toThrow(
      "decisionLog.hashKey must be a non-empty string, or a function",
    );
    expect(of({ hashKey: 7_654_321 })).not.toThrow("7654321");
  });
});
