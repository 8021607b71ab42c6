import { Command } from "commander";
import { isDoomed, type Selection } from "../evals/data/decisions/doomed-line.ts";
import { eraseLines } from "../evals/data/decisions/erase-lines.ts";
import { logFiles } from "../evals/data/decisions/log-files.ts";
import { readJsonLines } from "../evals/data/outcomes/read-json-lines.ts";
import { InvalidOptionError } from "../src/contracts/index.ts";
import { counted } from "../src/plugin/counted.ts";
import type { Io } from "./io.ts";
import { readHashKeys, shownOrHidden } from "./logs-filter.ts";
import { toJson } from "./to-json.ts";

interface Options {
  readonly tenant?: string | undefined;
  readonly session?: string | undefined;
  readonly hashKeys?: string | undefined;
  readonly json?: boolean | undefined;
}

/** The command `switchpoint logs delete`: removes a tenant or a session from logs. */
export function logsDeleteCommand(io: Io): Command {
  const command = new Command("delete")
    .description("remove a tenant or a session from decision logs, while they are written to")
    .argument("<files...>", "decision logs: .jsonl or .jsonl.gz, with what was rotated of them")
    .option("--tenant <name>", "the tenant")
    .option("--session <name>", "the session; with --tenant only that tenant's")
    .option("--hash-keys <file>", "keys of the log's hashes, one a line, old ones too")
    .option("--json", "print JSON: { removed, files: [{ file, removed }] }")
    .addHelpText(
      "after",
      `
Each file is replaced whole or not at all. A file whose log is open is put aside as by a rotation. Several files are not one step: each is told when it is done, and after a kill
or an error the same command does the rest.
Where the log has hashes in place of the values, --hash-keys finds them under each key.

Example:
  switchpoint logs delete decisions.jsonl --tenant acme
  switchpoint logs delete decisions.jsonl --session 8b1f --hash-keys keys.txt
`,
    );
  // Options before the name of a subcommand would be the parent's otherwise.
  return command.action((paths: readonly string[], own: Options) =>
    remove(paths, { ...(command.parent?.opts<Options>() ?? {}), ...own }, io),
  );
}

async function remove(paths: readonly string[], options: Options, io: Io): Promise<void> {
  const { tenant, session, json } = options;
  if (tenant === undefined && session === undefined)
    throw new InvalidOptionError("--tenant", undefined, "given, or --session: nothing is removed without");
  const keys = await readHashKeys(options.hashKeys);
  const tenants = shownOrHidden("tenant", tenant, keys);
  const sessions = shownOrHidden("session", session, keys);
  const files = await logFiles(paths);
  const ids = await idsOf(files, { tenants, sessions, ids: new Set() });
  const selection: Selection = { tenants, sessions, ids };
  const result = new Map<string, number>();
  const count = (path: string, lines: number): number => {
    result.set(path, (result.get(path) ?? 0) + lines);
    return result.get(path) ?? 0;
  };
  // Calls before the decisions that name them, where these may be in another file: a run that breaks off leaves what
  // the next one finds them by.
  if (ids.size > 0 && files.length > 1)
    for (const path of files) count(path, await eraseLines(path, { ...selection, callsOnly: true }));
  // What was put aside for that has another path now.
  const all = await logFiles(paths);
  for (const [at, path] of all.entries()) {
    const removed = count(path, await eraseLines(path, selection));
    if (all.length > 1)
      io.stderr(`${at + 1} of ${all.length} files: ${counted(removed, "line")} removed from ${path}\n`);
  }
  const removed = [...result.values()].reduce((sum, one) => sum + one, 0);
  const list = [...result].map(([file, lines]) => ({ file, removed: lines }));
  if (json) io.stdout(`${toJson({ removed, files: list }, 2)}\n`);
  else io.stdout(`${counted(removed, "line")} removed from ${counted(list.length, "file")}\n`);
}

/** Returns the ids of the decisions that go, so that lines of their calls and feedback go too: those name no session. */
async function idsOf(files: readonly string[], selection: Selection): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for (const path of files) {
    for await (const { value } of readJsonLines(path, { onBroken: () => {} })) {
      const fields = (value ?? {}) as Readonly<Record<string, unknown>>;
      if (typeof fields["id"] === "string" && isDoomed(fields, selection)) ids.add(fields["id"]);
    }
  }
  return ids;
}
