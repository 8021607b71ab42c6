import { Command } from "commander";
import { packageVersion } from "../src/version.ts";
import { budgetCommand } from "./budget.ts";
import { classifyCommand } from "./classify.ts";
import { decideCommand } from "./decide.ts";
import { demoCommand } from "./demo.ts";
import { doctorCommand } from "./doctor.ts";
import { evalCalibrateCommand } from "./eval-calibrate.ts";
import { evalCheckCommand } from "./eval-check.ts";
import { evalCollectCommand } from "./eval-collect.ts";
import { evalExportCommand } from "./eval-export.ts";
import { evalImportCommand } from "./eval-import.ts";
import { evalOffPolicyCommand } from "./eval-off-policy.ts";
import { evalReplayCommand } from "./eval-replay.ts";
import { evalReportCommand } from "./eval-report.ts";
import { evalSpendCommand } from "./eval-spend.ts";
import { evalTrainCommand } from "./eval-train.ts";
import { evalTuneCommand } from "./eval-tune.ts";
import { guardCommand } from "./guard.ts";
import type { Terminal } from "./io.ts";
import { logsCommand } from "./logs.ts";
import { loopInitCommand } from "./loop-init.ts";
import { loopReportCommand } from "./loop-report.ts";
import { loopStatusCommand } from "./loop-status.ts";
import { paint } from "./paint.ts";
import { releaseCommand } from "./release.ts";
import { rolloutCommand } from "./rollout.ts";
import { routeCommand } from "./route.ts";
import { runClientCommand } from "./run-client.ts";
import { serveCommand } from "./serve.ts";
import { watchCommand } from "./watch.ts";

/**
 * Creates the program with all commands. A wrong command line rejects with `CommanderError`, after it has
 * been explained.
 */
export function createProgram(terminal: Terminal): Command {
  const program = withSettings(new Command("switchpoint"), terminal)
    .description("Routes each prompt to a small or a large model, and measures cost and lost quality.")
    .version(packageVersion)
    .addHelpText(
      "after",
      `${examples(["switchpoint demo", 'switchpoint route "What is the capital of France?"', "switchpoint doctor"])}
Exit codes:
  0  done
  1  a check failed (doctor, eval check), or a call failed
  2  bad input, usage or configuration
`,
    );
  const evals = new Command("eval")
    .description("measure routing on recorded outcomes")
    .addHelpText(
      "after",
      examples([
        "switchpoint eval replay --outcomes outcomes.jsonl.gz --small openai:gpt-5-mini --large openai:gpt-5",
      ]),
    );
  evals.addCommand(withSettings(evalCollectCommand(terminal), terminal));
  evals.addCommand(withSettings(evalReplayCommand(terminal), terminal));
  evals.addCommand(withSettings(evalTrainCommand(terminal), terminal));
  evals.addCommand(withSettings(evalCalibrateCommand(terminal), terminal));
  evals.addCommand(withSettings(evalTuneCommand(terminal), terminal));
  evals.addCommand(withSettings(evalReportCommand(terminal), terminal));
  evals.addCommand(withSettings(evalOffPolicyCommand(terminal), terminal));
  evals.addCommand(withSettings(evalSpendCommand(terminal), terminal));
  evals.addCommand(withSettings(evalImportCommand(terminal), terminal));
  evals.addCommand(withSettings(evalExportCommand(terminal), terminal));
  evals.addCommand(withSettings(evalCheckCommand(terminal), terminal));
  const commands = [demoCommand, routeCommand, decideCommand, classifyCommand, doctorCommand];
  for (const command of commands) program.addCommand(withSettings(command(terminal), terminal));
  program.addCommand(withSettings(serveCommand(terminal), terminal));
  // Arguments after an agent's name are its own, also those that look like options of ours.
  program.enablePositionalOptions().addCommand(withSettings(runClientCommand(terminal), terminal));
  program.addCommand(withSettings(watchCommand(terminal), terminal));
  program.addCommand(withSettings(budgetCommand(terminal), terminal));
  program.addCommand(withSettings(guardCommand(terminal), terminal));
  program.addCommand(withSettings(logsCommand(terminal), terminal));
  program.addCommand(withSettings(releaseCommand(terminal), terminal));
  program.addCommand(withSettings(rolloutCommand(terminal), terminal));
  const loop = new Command("loop")
    .description("from live traffic to a certificate: an audit, its progress, and a page about it")
    .addHelpText("after", examples(["switchpoint loop init", "switchpoint loop status --config router.mjs"]));
  for (const command of [loopInitCommand, loopStatusCommand, loopReportCommand])
    loop.addCommand(withSettings(command(terminal), terminal));
  program.addCommand(withSettings(loop, terminal));
  return program.addCommand(withSettings(evals, terminal));
}

/** Makes a command write to the terminal, and throw instead of ending the process. */
function withSettings(command: Command, terminal: Terminal): Command {
  const { stdout, stderr, columns } = terminal;
  for (const below of command.commands) withSettings(below, terminal);
  return command
    .exitOverride()
    .showHelpAfterError("(--help shows the usage)")
    .configureOutput({
      writeOut: stdout,
      writeErr: stderr,
      // The prefix of all other errors.
      outputError: (text, write) => write(text.replace(/^error: /, `${paint("red", "switchpoint:")} `)),
      getOutHelpWidth: () => columns ?? 100,
      getErrHelpWidth: () => columns ?? 100,
    });
}

function examples(lines: readonly string[]): string {
  return `\nExample:\n${lines.map((line) => `  ${line}\n`).join("")}`;
}
