import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { nodeArguments } from "../support/node-arguments.ts";
import { root } from "../support/package-sources.ts";

const empty = mkdtempSync(join(tmpdir(), "switchpoint-studies-"));
afterAll(() => rmSync(empty, { recursive: true }));

/** Studies that read data sets. The records of the others are synthetic. */
const studies = readdirSync(`${root}studies`).filter(
  (name) =>
    name.endsWith("-study.ts") &&
    /data-path|study-sets/.test(readFileSync(`${root}studies/${name}`, "utf8")) &&
    // It needs a clone of another project first.
    name !== "agree-study.ts",
);

it.each(studies)("%s prints in one line that it needs the data sets", async (study) => {
  for (const folder of [join(empty, "none"), empty]) {
    const env = { ...process.env, SWITCHPOINT_DATA: folder };
    const { code, err } = await new Promise<{ code: unknown; err: string }>((resolve) => {
      execFile(process.execPath, nodeArguments(`studies/${study}`), { env }, (error, _, stderr) =>
        resolve({ code: error?.code, err: stderr }),
      );
    });
    expect(err).toMatch(
      /^\S+ does not exist: this study needs the data sets in the folder SWITCHPOINT_DATA; see "The data" in evals\/README\.md\n$/,
    );
    expect(code).toBe(1);
  }
});
