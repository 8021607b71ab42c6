import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { only } from "../../policies/constraints/index.ts";
import { threshold } from "../../policies/index.ts";
import { createRouter } from "../../src/index.ts";
import type { Release } from "../../src/loop/index.ts";
import { fakeModel } from "../../src/testing/index.ts";
import { type Folder, temporaryFolder } from "../support/cli-config.ts";
import { runCli } from "../support/run-cli.ts";

let folder: Folder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const make = (at: number, outputUsd = 8) =>
  createRouter({
    models: {
      small: fakeModel({ model: "s" }),
      large: fakeModel({
        model: "l",
        price: { usdPerMillionInputTokens: 2, usdPerMillionOutputTokens: outputUsd },
      }),
    },
    policy: threshold({ small: "small", large: "large", at }),
    constraints: [only("small", "large")],
  });

/** Writes the release of a router and returns its path. */
async function released(name: string, at: number, outputUsd?: number): Promise<string> {
  const out = join(dirname(folder.file("x", "")), name);
  const { exitCode, err } = await runCli([
    "release",
    "create",
    "--config",
    folder.config(() => make(at, outputUsd)),
    "--out",
    out,
  ]);
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
  return out;
}

describe("switchpoint release", () => {
  it("writes a release, and verifies a deployment by it", async () => {
    const out = await released("a.json", 0.7);
    const release = JSON.parse(readFileSync(out, "utf8")) as Release;
    expect(release).toMatchObject({
      formatVersion: 1,
      createdAt: "2026-12-01T00:00:00.000Z",
      constraints: ["only"],
      models: { small: { position: 0 }, large: { position: 1 } },
    });
    const same = await runCli([
      "release",
      "verify",
      "--config",
      folder.config(() => make(0.7)),
      "--release",
      out,
    ]);
    expect(same).toEqual({
      exitCode: 0,
      out: `the deployment is release ${release.hash.slice(0, 12)}\n`,
      err: "",
    });
    const config = folder.config(() => make(0.6, 9));
    const other = await runCli(["release", "verify", "--config", config, "--release", out]);
    expect(other.exitCode).toBe(1);
    expect(other.out).toMatch(/is not release [0-9a-f]{12}\n/);
    expect(other.out).toMatch(/policy\.parameters\.at +0\.7 +0\.6/);
    expect(other.out).toMatch(/models\.large\.price\.usdPerMillionOutputTokens +8 +9/);
    const json = await runCli(["release", "verify", "--config", config, "--release", out, "--json"]);
    expect(JSON.parse(json.out)).toMatchObject({
      same: false,
      differences: expect.arrayContaining([{ path: "policy.parameters.at", release: 0.7, deployment: 0.6 }]),
      unchecked: [],
    });
  });

  it("carries the hash of the classifier's file, and says where it was not checked", async () => {
    const file = folder.file("classifier.json", "weights");
    const config = folder.config(() => make(0.7));
    const out = `${dirname(file)}/b.json`;
    const base = ["--config", config, "--classifier", file];
    const written = await runCli(["release", "create", ...base, "--out", out, "--json"]);
    expect(JSON.parse(written.out).classifier.fileHash).toMatch(/^[0-9a-f]{64}$/);
    const verify = ["release", "verify", "--config", config, "--release", out];
    expect((await runCli(verify)).out).toContain(
      "not checked, since the deployment does not say it: classifier.fileHash",
    );
    expect((await runCli([...verify, "--classifier", file])).out).not.toContain("not checked");
    const changed = folder.file("changed.json", "other weights");
    expect((await runCli([...verify, "--classifier", changed])).exitCode).toBe(1);
  });

  it("shows how two releases differ, and lists a folder without what is none", async () => {
    const [a, b] = [await released("a.json", 0.7), await released("b.json", 0.6)];
    const shown = await runCli(["release", "diff", a, b]);
    expect(shown.exitCode).toBe(0);
    expect(shown.out).toMatch(/policy\.parameters\.at +0\.7 +0\.6/);
    const json = await runCli(["release", "diff", a, b, "--json"]);
    expect(JSON.parse(json.out)).toContainEqual({ path: "policy.parameters.at", before: 0.7, after: 0.6 });
    expect((await runCli(["release", "diff", a, a])).out).toMatch(/are the same release/);
    folder.file("bad.json", "{}");
    const list = await runCli(["release", "list", dirname(a), "--json"]);
    expect(JSON.parse(list.out).map(({ file }: { file: string }) => file)).toEqual(["a.json", "b.json"]);
    expect(list.err).toContain("bad.json was left out: formatVersion is missing");
    expect((await runCli(["release", "list", dirname(a)])).out).toMatch(/threshold +complexity@/);
    const empty = join(dirname(a), "empty");
    mkdirSync(empty);
    expect((await runCli(["release", "list", empty])).out).toBe("no releases here\n");
  });

  it.each<[string, readonly string[], RegExp]>([
    ["create without a config", ["create", "--out", "x"], /--config/],
    ["create without a file", ["create", "--config", "x.ts"], /--out/],
    [
      "create with an absent config",
      ["create", "--config", "/none.ts", "--out", "x"],
      /--config must be a file that exists/,
    ],
    [
      "create with an absent classifier",
      ["create", "--config", "C", "--out", "x", "--classifier", "/none"],
      /--classifier must be a file/,
    ],
    [
      "create with an absent tuning",
      ["create", "--config", "C", "--out", "x", "--tuning", "/none"],
      /none: file does not exist/,
    ],
    [
      "create into an absent folder",
      ["create", "--config", "C", "--out", "/none/x/y"],
      /--out must be a file that can be written/,
    ],
    ["verify without a release", ["verify", "--config", "C"], /--release/],
    [
      "verify with an absent release",
      ["verify", "--config", "C", "--release", "/none"],
      /none: file does not exist/,
    ],
    ["diff of one", ["diff", "/none"], /missing required argument 'after'/],
    ["diff of a folder", ["diff", "/tmp", "/tmp"], /file is not a file/],
    ["list without a folder", ["list"], /missing required argument 'folder'/],
    ["list of an absent folder", ["list", "/none"], /<folder> must be a folder that can be read/],
    ["an unknown command", ["publish"], /unknown command/],
  ])("refuses %s with exit code 2", async (_, args, message) => {
    const config = folder.config(() => make(0.7));
    const { exitCode, out, err } = await runCli([
      "release",
      ...args.map((one) => (one === "C" ? config : one)),
    ]);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
    expect(err).toMatch(message);
  });
});
