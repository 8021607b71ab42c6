import { Command } from "commander";
import { writeWhole } from "../evals/data/outcomes/write-whole.ts";
import { InvalidOptionError } from "../src/contracts/index.ts";
import type { RolloutStatus } from "../src/loop/index.ts";
import { CheckFailedError } from "./check-failed-error.ts";
import type { Terminal } from "./io.ts";
import { type LoadedRollout, loadRollout } from "./load-rollout.ts";
import { readRouterState } from "./read-router-state.ts";
import { rolloutReportCommand } from "./rollout-report.ts";
import { rolloutToText } from "./show-rollout.ts";
import { toJson } from "./to-json.ts";

interface Options {
  readonly config?: string | undefined;
  readonly id?: string | undefined;
  readonly state?: string | undefined;
  readonly json?: boolean | undefined;
}

interface MoveOptions extends Options {
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
}

const moves = {
  advance: "move to the next stage, whatever the guards say",
  pause: "stop the way up; shares stay as they are",
  resume: "go on after a pause, or begin again after a rollback or an abort",
  abort: "give all requests to control",
} as const;
type Move = keyof typeof moves;

/** The command `switchpoint rollout`: shows a rollout, and moves it by hand. */
export function rolloutCommand(terminal: Terminal): Command {
  const rollout = new Command("rollout").description("show and move a rollout").addHelpText(
    "after",
    `
The config exports its router as default and the rollout as \`rollout\`, or several in the array \`rollouts\`. With a store
the rollout of all processes is shown and moved; a rollout without one is in its own process: give the file in which the
application stores router.exportState().

Example:
  switchpoint rollout status --config router.ts
  switchpoint rollout abort --config router.ts --by alice --reason "tickets about wrong answers"
`,
  );
  rollout.addCommand(
    withWhere(new Command("status"))
      .description(
        "show stage, arms, guards and verdict; exit code 1 if it is rolled back, aborted or not valid",
      )
      .addHelpText("after", "\nExample:\n  switchpoint rollout status --config router.ts --json\n")
      .action((options: Options) => show(options, terminal)),
  );
  for (const [name, description] of Object.entries(moves))
    rollout.addCommand(
      withWhere(new Command(name))
        .description(description)
        .option("--by <name>", "your name, for the history (default: that of the environment)")
        .option("--reason <text>", "reason, for the history")
        .addHelpText("after", `\nExample:\n  switchpoint rollout ${name} --config router.ts --by alice\n`)
        .action((options: MoveOptions) => move(name as Move, options, terminal)),
    );
  return rollout.addCommand(rolloutReportCommand(terminal));
}

function withWhere(command: Command): Command {
  return command
    .option("--config <file>", "a .ts, .js or .mjs file that exports the router and the rollout")
    .option("--id <id>", "the rollout, where the file exports several")
    .option("--state <file>", "JSON of router.exportState(), for a rollout without a store")
    .option("--json", "print JSON: the status");
}

async function show(options: Options, terminal: Terminal): Promise<void> {
  const status = await withRollout(options, ({ rollout }) => rollout.status());
  print(status, options, terminal);
  if (status.state === "rolled-back" || status.state === "aborted" || status.state === "invalid")
    throw new CheckFailedError();
}

async function move(name: Move, options: MoveOptions, terminal: Terminal): Promise<void> {
  const { USER, USERNAME } = terminal.env;
  const { by = USER ?? USERNAME ?? "command line", reason, state } = options;
  const status = await withRollout(options, async ({ router, rollout }) => {
    await rollout[name](by, reason);
    if (state !== undefined) await writeWhole(state, `${toJson(router.exportState(), 2)}\n`);
    return rollout.status();
  });
  print(status, options, terminal);
}

function print(status: RolloutStatus, { json }: Options, terminal: Terminal): void {
  terminal.stdout(json ? `${toJson(status, 2)}\n` : rolloutToText(status));
}

/** Works with the rollout of the config, and with the state of its file. */
async function withRollout<T>(
  { config, id, state }: Options,
  work: (loaded: LoadedRollout) => Promise<T>,
): Promise<T> {
  if (config === undefined)
    throw new InvalidOptionError("--config", undefined, "a file that exports the router and the rollout");
  const loaded = await loadRollout(config, id);
  try {
    // A rollout without a store says so: its state is part of the router's.
    const isShared = loaded.rollout.exportState() === null;
    if (!isShared && state === undefined)
      throw new InvalidOptionError(
        "--state",
        undefined,
        "given: this rollout has no store, so it is in its own process; name the file of router.exportState()",
      );
    if (isShared && state !== undefined)
      throw new InvalidOptionError("--state", state, "absent: this rollout is in its store");
    if (state !== undefined) loaded.router.restoreState(await readRouterState(state));
    return await work(loaded);
  } finally {
    await loaded.rollout.close();
    await loaded.router.close();
  }
}
