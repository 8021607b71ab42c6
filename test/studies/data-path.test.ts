import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, it, vi } from "vitest";
import { bundledFiles } from "../support/bundled-files.ts";
import { root } from "../support/package-sources.ts";

const empty = mkdtempSync(join(tmpdir(), "switchpoint-studies-"));
afterAll(() => rmSync(empty, { recursive: true }));
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** Studies that read data sets. The records of the others are synthetic. */
const studies = readdirSync(`${root}studies`).filter(
  (name) =>
    name.endsWith("-study.ts") &&
    /data-path|study-sets/.test(readFileSync(`${root}studies/${name}`, "utf8")) &&
    // It needs a clone of another project first.
    name !== "agree-study.ts",
);
const told =
  /^\S+ does not exist: this study needs the data sets in the folder SWITCHPOINT_DATA; see "The data" in evals\/README\.md$/;

// In this process, where all studies share what they import: a process each takes two seconds to load it.
it.each(studies)("%s prints in one line that it needs the data sets", async (study) => {
  for (const folder of [join(empty, "none"), empty]) {
    vi.stubEnv("SWITCHPOINT_DATA", folder);
    const lines: string[] = [];
    vi.spyOn(console, "error").mockImplementation((line) => lines.push(String(line)));
    vi.spyOn(process, "exit").mockImplementation((code) => {
      throw new Error(`ended with ${code}`);
    });
    vi.resetModules();
    await expect(import(`${root}studies/${study}`)).rejects.toThrow("ended with 1");
    expect(lines).toEqual([expect.stringMatching(told)]);
  }
});

it("a study without the data sets ends its process with exit code 1", async () => {
  const env = { ...process.env, SWITCHPOINT_DATA: empty };
  const study = "studies/net-saving-study.ts";
  const fileOf = await bundledFiles();
  const { code, err } = await new Promise<{ code: unknown; err: string }>((resolve) => {
    execFile(process.execPath, [fileOf(study)], { env }, (error, _, stderr) =>
      resolve({ code: error?.code, err: stderr }),
    );
  });
  expect(err.trimEnd()).toMatch(told);
  expect(code).toBe(1);
});
