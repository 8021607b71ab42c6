import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { writeWhole } from "../evals/data/outcomes/write-whole.ts";
import { readTuning } from "../evals/tune/read-tuning.ts";
import { InvalidOptionError, isRouterError } from "../src/contracts/index.ts";
import {
  createRelease,
  diffReleases,
  type Release,
  type ReleaseOptions,
  readRelease,
  verifyRelease,
} from "../src/loop/index.ts";
import { CheckFailedError } from "./check-failed-error.ts";
import type { Terminal } from "./io.ts";
import { diffToText, listToText, releaseToText, verificationToText } from "./show-release.ts";
import { toJson } from "./to-json.ts";
import { withRouter } from "./with-router.ts";

interface Facts {
  readonly config: string;
  readonly tuning?: string | undefined;
  readonly classifier?: string | undefined;
  readonly json?: boolean | undefined;
}

/** Largest number of files of a folder that are looked at. */
const mostFiles = 10_000;

/** The command `switchpoint release`: says what a deployment is made of, and whether it is what was tested. */
export function releaseCommand(terminal: Terminal): Command {
  return new Command("release")
    .description("name what a deployment is made of by one hash, and check it against that")
    .addHelpText(
      "after",
      `
Example:
  switchpoint release create --config router.ts --out release.json
  switchpoint release verify --config router.ts --release release.json
`,
    )
    .addCommand(createCommand(terminal))
    .addCommand(verifyCommand(terminal))
    .addCommand(diffCommand(terminal))
    .addCommand(listCommand(terminal));
}

function createCommand(terminal: Terminal): Command {
  return withFacts(new Command("create"))
    .description(
      "write the release of a router: policy, classifier, models, prices, constraints, certificate",
    )
    .requiredOption("--out <file>", "the file to write")
    .option("--json", "print the release as JSON, too")
    .addHelpText(
      "after",
      `
Example:
  switchpoint release create --config router.ts --tuning tuning.json --out releases/2026-12-01.json
`,
    )
    .action(async (options: Facts & { readonly out: string }) => {
      const facts = await factsOf(options, terminal);
      const release = await withRouter(options.config, (router) => createRelease(router, facts));
      await writeWhole(options.out, [`${toJson(release, 2)}\n`], "--out");
      terminal.stdout(options.json ? `${toJson(release, 2)}\n` : releaseToText(release, options.out));
    });
}

function verifyCommand(terminal: Terminal): Command {
  return withFacts(new Command("verify"))
    .description("exit code 1 if a router is not the release; says what differs")
    .requiredOption("--release <file>", "what `release create` has written")
    .option("--json", "print JSON: { same, differences: [{ path, release, deployment }], unchecked: [path] }")
    .addHelpText(
      "after",
      `
Example:
  switchpoint release verify --config router.ts --release release.json
`,
    )
    .action(async (options: Facts & { readonly release: string }) => {
      const release = await readRelease(options.release);
      const facts = await factsOf(options, terminal);
      const found = await withRouter(options.config, (router) => verifyRelease(router, release, facts));
      terminal.stdout(options.json ? `${toJson(found, 2)}\n` : verificationToText(found, release));
      if (!found.same) throw new CheckFailedError();
    });
}

function diffCommand(terminal: Terminal): Command {
  return new Command("diff")
    .description("show how two releases differ")
    .argument("<before>", "what `release create` has written")
    .argument("<after>", "another one")
    .option("--json", "print JSON: [{ path, before, after }]")
    .addHelpText(
      "after",
      `
Example:
  switchpoint release diff releases/old.json releases/new.json
`,
    )
    .action(async (before: string, after: string, { json }: { readonly json?: boolean }) => {
      const [a, b] = [await readRelease(before), await readRelease(after)];
      const differences = diffReleases(a, b);
      terminal.stdout(json ? `${toJson(differences, 2)}\n` : diffToText(differences, a, b));
    });
}

function listCommand(terminal: Terminal): Command {
  return new Command("list")
    .description("list the releases in a folder, the newest first")
    .argument("<folder>", "a folder with files of `release create`")
    .option("--json", "print JSON: [{ file, hash, createdAt, policy, classifier, models, certificate }]")
    .addHelpText(
      "after",
      `
Example:
  switchpoint release list releases
`,
    )
    .action(async (folder: string, { json }: { readonly json?: boolean }) => {
      const listed = await releasesIn(folder, terminal);
      const rows = listed.map(({ file, release }) => ({
        file,
        hash: release.hash,
        createdAt: release.createdAt,
        policy: release.policy.name,
        classifier: `${release.classifier.name}@${release.classifier.version}`,
        models: Object.keys(release.models),
        certificate: release.certificate?.tuning,
      }));
      terminal.stdout(json ? `${toJson(rows, 2)}\n` : listToText(rows));
    });
}

function withFacts(command: Command): Command {
  return command
    .requiredOption("--config <file>", "a .ts, .js or .mjs file whose default export is a router")
    .option("--tuning <file>", "tuning file whose certificate the release carries (default: the router's)")
    .option("--classifier <file>", "the classifier's file, whose hash the release carries");
}

async function factsOf({ tuning, classifier }: Facts, { now }: Terminal): Promise<ReleaseOptions> {
  return {
    createdAt: new Date(now()).toISOString(),
    ...(tuning !== undefined && { tuning: await readTuning(tuning) }),
    ...(classifier !== undefined && { classifierFileHash: await hashOf(classifier) }),
  };
}

async function hashOf(file: string): Promise<string> {
  try {
    return createHash("sha256")
      .update(await readFile(file))
      .digest("hex");
  } catch {
    throw new InvalidOptionError("--classifier", file, "a file that can be read");
  }
}

async function releasesIn(
  folder: string,
  { stderr }: Terminal,
): Promise<readonly { readonly file: string; readonly release: Release }[]> {
  let names: readonly string[];
  try {
    names = (await readdir(folder)).filter((name) => name.endsWith(".json")).sort();
  } catch {
    throw new InvalidOptionError("<folder>", folder, "a folder that can be read");
  }
  if (names.length > mostFiles)
    throw new InvalidOptionError("<folder>", folder, `a folder of at most ${mostFiles} JSON files`);
  const found: { file: string; release: Release }[] = [];
  for (const name of names) {
    try {
      found.push({ file: name, release: await readRelease(join(folder, name)) });
    } catch (error) {
      if (!isRouterError(error, "outcome-format")) throw error;
      stderr(`${name} was left out: ${error.field} ${error.message.split(`${error.field} `).at(-1)}\n`);
    }
  }
  return found.sort((a, b) => Date.parse(b.release.createdAt) - Date.parse(a.release.createdAt));
}
